using System.Collections;
using System.Collections.Concurrent;
using Holdfast.Frames.Graph;

namespace Holdfast;

/// <summary>
/// What an exception tells of itself. Its members may be the code of whoever wrote it, and throw in their turn: asked from here, they never do,
/// for a failure that cannot be told would hold its run for ever.
/// </summary>
/// <param name="Message">Its message, with what could not be read of it.</param>
/// <param name="Stack">Its stack as text, or null.</param>
/// <param name="IsWhole">Whether all of it could be read, so that it may be kept as its own type.</param>
readonly record struct ErrorText(string Message, string? Stack, bool IsWhole)
{
    /// <summary>Further causes are not looked at.</summary>
    const int CausesMax = 100;

    /// <summary>What whoever catches an exception may ask it for.</summary>
    static readonly (string Name, Func<Exception, string?> Ask)[] Members =
    [
        ("Message", static e => e.Message), ("StackTrace", static e => e.StackTrace), ("Data", Walk), ("HelpLink", static e => e.HelpLink), ("Source", static e => e.Source),
        ("ToString", static e => e.ToString()),
    ];

    /// <summary>Whether a type has such members of its own; those of the framework do not throw, and a stack is costly to ask for.</summary>
    static readonly ConcurrentDictionary<Type, bool> OwnMembers = new();

    public static ErrorText Of(Exception error)
    {
        string? missing = null;
        var causes = 0;
        for (var cause = error; cause is not null && causes < CausesMax; cause = cause.InnerException, causes++)
        {
            if (!OwnMembers.GetOrAdd(cause.GetType(), HasOwnMembers)) continue;
            foreach (var (name, ask) in Members)
                if (Ask(cause, ask, out _) is { } thrown)
                    missing = $"{(missing is null ? "" : missing + ", ")}{(cause == error ? "its" : $"the {cause.GetType().Name}'s")} {name} cannot be read: that threw {thrown.Name}";
        }
        Ask(error, static e => e.Message, out var message);
        return new(missing is null ? message : $"{message} ({missing})".TrimStart(), ExceptionPlan.StackTextOf(error), missing is null);
    }

    /// <summary>Its message alone.</summary>
    public static string MessageOf(Exception error) => Ask(error, static e => e.Message, out var message) is { } thrown ? $"(its Message cannot be read: that threw {thrown.Name})" : message;

    /// <summary>What somebody else wrote, as a sentence that another one may follow.</summary>
    public static string Sentence(string text)
    {
        var clause = Clause(text);
        return clause is [.., '!' or '?' or '…'] ? clause : clause + ".";
    }

    /// <summary>What somebody else wrote, for the middle of a sentence.</summary>
    public static string Clause(string text) => text.TrimEnd().TrimEnd('.');

    static Type? Ask(Exception error, Func<Exception, string?> ask, out string answer)
    {
        try
        {
            answer = ask(error) ?? "";
            return null;
        }
        catch (Exception thrown)
        {
            answer = "";
            return thrown.GetType();
        }
    }

    static string? Walk(Exception error)
    {
        foreach (DictionaryEntry entry in error.Data ?? new Hashtable()) _ = entry.Key;
        return null;
    }

    static bool HasOwnMembers(Type type)
    {
        foreach (var (name, _) in Members)
            if (type.GetMember(name).Any(static member => !KnownTypes.IsFramework(member.DeclaringType!.Assembly))) return true;
        return false;
    }
}
