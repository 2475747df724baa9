using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Holdfast;

/// <summary>A broken promise of the engine to itself. Never caught to go on: the owner of the state stops instead.</summary>
public sealed class InvariantException(string message) : Exception(message);

/// <summary>Checks that stay on in Release: a wrong state must stop before it is committed.</summary>
static class Invariant
{
    /// <summary>Throws <see cref="InvariantException"/> unless <paramref name="condition"/> holds.</summary>
    public static void Holds([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition) Break(text);
    }

    [DoesNotReturn]
    static void Break(string text) => throw new InvariantException($"Invariant broken: {text}. This is a defect of Holdfast; please report it.");
}
