using System.Diagnostics.CodeAnalysis;

namespace Holdfast;

/// <summary>What came of a wait with an end.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="Arrived">Whether it came in time. Only then does <paramref name="Value"/> mean anything.</param>
/// <param name="Value">What came.</param>
public readonly record struct Timed<T>(bool Arrived, T Value);

/// <summary>How a durable ended, as a value instead of an exception.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="Value">The value, when it succeeded. Only then does it mean anything.</param>
/// <param name="Error">The exception, when it did not; null when it succeeded.</param>
public readonly record struct Outcome<T>(T Value, Exception? Error)
{
    /// <summary>Whether it succeeded.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;
}
