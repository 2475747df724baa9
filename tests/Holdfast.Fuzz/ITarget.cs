namespace Holdfast.Fuzz;

/// <summary>What is fed with damaged bytes.</summary>
interface ITarget : IDisposable
{
    /// <summary>What people call it.</summary>
    string Name { get; }

    /// <summary>Makes one case and feeds it. Everything that is random about it comes from the argument.</summary>
    /// <returns>How it ended: "value", or the kind of error.</returns>
    /// <exception cref="Violation">The case did what hostile input must not be able to do.</exception>
    string Feed(Random random);
}
