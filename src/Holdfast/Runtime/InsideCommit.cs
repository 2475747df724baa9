using Holdfast.Frames;

namespace Holdfast.Runtime;

/// <summary>
/// Marks that code of a transaction runs, in the middle of a commit. What that code asks the client for comes after the commit, and to wait for it would hold up
/// every run for ever. The mark goes along to other threads, with what that code hands over to them.
/// </summary>
sealed class InsideCommit
{
    static readonly AsyncLocal<InsideCommit?> Present = new();

    readonly string _who;
    readonly Engine _engine;
    volatile bool _isOver;

    InsideCommit(string who, Engine engine) => (_who, _engine) = (who, engine);

    /// <summary>Runs code inside a commit; in a clean context, whoever's thread it is that commits.</summary>
    /// <param name="who">Whose code it is, for messages.</param>
    /// <param name="engine">The engine whose commit it is.</param>
    /// <param name="code">The code.</param>
    public static T Run<T>(string who, Engine engine, Func<T> code)
    {
        T result = default!;
        var mark = new InsideCommit(who, engine);
        try
        {
            ExecutionContext.Run(CleanContext.Value, m =>
            {
                // Taken back with the context.
                Present.Value = (InsideCommit)m!;
                result = code();
            }, mark);
        }
        finally
        {
            mark._isOver = true;
        }
        return result;
    }

    /// <summary>Refuses what would wait for a commit of the engine in the middle of one.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>.</exception>
    public static void ThrowIfIn(Engine engine)
    {
        if (Present.Value is { _isOver: false } mark && mark._engine == engine)
            throw new HoldfastException(
                HoldfastError.Misuse, $"{mark._who} calls the client in the middle of its own commit. "
                + "What it asks for comes after that commit, so waiting for it would hold up every run for ever. Call the client in an ordinary step, before the transaction or after it.");
    }
}
