using System.Globalization;

namespace Holdfast.Testing;

/// <summary>What a crash test has done, when nothing diverged.</summary>
/// <param name="Commits">How many commits the straight run made.</param>
/// <param name="Kills">How many times the run was begun, killed and taken up again.</param>
/// <param name="Awaits">How many times frames were saved in the straight run.</param>
/// <param name="Result">The result of all of them, as the JSON that is kept; or how all of them failed.</param>
public sealed record CrashReport(int Commits, int Kills, int Awaits, string Result)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Commits:N0} commits, {Awaits:N0} saves of frames, {Kills:N0} kills: all ended with {ErrorText.Sentence(Result)}");
}

/// <summary>A run that was killed did not end as the one that was not.</summary>
public sealed class DivergenceException : Exception
{
    internal DivergenceException(string message, Exception? inner) : base(message, inner)
    {
    }
}
