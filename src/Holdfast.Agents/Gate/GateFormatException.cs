namespace Holdfast.Agents;

/// <summary>A schema or a policy says something that the gate does not know, or that cannot be. Thrown when it is loaded, never while a proposal is judged.</summary>
public sealed class GateFormatException : FormatException
{
    /// <param name="message">What is wrong, and what to write instead.</param>
    /// <param name="pointer">Where in the JSON, as a JSON pointer.</param>
    /// <param name="line">The line of a file of rules, from 1; 0 where there are no lines.</param>
    internal GateFormatException(string message, string pointer, int line = 0)
        : base($"{(line > 0 ? $"line {line}, " : "")}{(pointer.Length == 0 ? "at the root" : pointer)}: {message}") => (What, Pointer, Line) = (message, pointer, line);

    /// <summary>Where in the JSON, as a JSON pointer; empty for the whole of it.</summary>
    public string Pointer { get; }

    /// <summary>The line of a file of rules, from 1; 0 where there are no lines.</summary>
    public int Line { get; }

    /// <summary>The message without the place.</summary>
    internal string What { get; }
}
