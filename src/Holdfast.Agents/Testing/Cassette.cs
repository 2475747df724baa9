using Holdfast.Agents.Models;
using Holdfast.Agents.Testing;

namespace Holdfast.Agents;

/// <summary>
/// Recorded calls, as lines of JSON. A text that many requests have, such as an early message of a long conversation, is in the file once. Whatever was said is in it too: look at a cassette before it is put where others read it.
/// </summary>
public sealed class Cassette
{
    const int DifferencesMax = 3;

    /// <param name="calls">The calls, in the order in which they were made.</param>
    public Cassette(params IEnumerable<RecordedCall> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        Calls = [.. calls];
    }

    /// <summary>The calls, in the order in which they were made.</summary>
    public IReadOnlyList<RecordedCall> Calls { get; }

    /// <summary>Reads what <see cref="Write"/> wrote, and what was edited in it by hand.</summary>
    /// <param name="lines">The lines.</param>
    /// <exception cref="FormatException">A line is none of a cassette; the message has its number.</exception>
    public static Cassette Read(TextReader lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return new(CassetteLines.Read(lines));
    }

    /// <summary>Writes the calls. Equal cassettes have equal lines.</summary>
    /// <param name="lines">What they are written to.</param>
    public void Write(TextWriter lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        foreach (var line in CassetteLines.Of(Calls))
        {
            lines.Write(line);
            lines.Write('\n');
        }
    }

    /// <summary>Why there is no answer: which recording is nearest, and what differs.</summary>
    internal string Miss(RequestPrint asked)
    {
        var heading = $"The cassette has no recording of the request {asked.Hash.ToString()[..12]}…";
        if (Calls.Count == 0) return $"{heading}, nor of any other.";
        var (at, nearest) = Calls.Index().MaxBy(recorded => recorded.Item.Print.Parts.Intersect(asked.Parts).Count());
        var differences = Differences(nearest.Print, asked).ToList();
        var more = differences.Count > DifferencesMax ? $"\n- and {differences.Count - DifferencesMax} more" : "";
        return $"{heading}; of its {Calls.Count} recordings number {at + 1} is the nearest:\n{string.Join('\n', differences.Take(DifferencesMax).Select(static d => $"- {d}"))}{more}\nIf that is meant, record it again.";
    }

    static IEnumerable<string> Differences(RequestPrint recorded, RequestPrint asked)
    {
        var was = recorded.Parts.ToDictionary(static p => p.Name, static p => p.Text, StringComparer.Ordinal);
        foreach (var part in asked.Parts)
        {
            if (!was.Remove(part.Name, out var text)) yield return $"{part.Name} was not there: '{(part.Text.Length > 80 ? $"{part.Text[..80]}…" : part.Text)}'";
            else if (text != part.Text) yield return $"{part.Name}: {Difference.Of(text, part.Text)}";
        }
        foreach (var name in recorded.Parts.Select(static p => p.Name).Where(was.ContainsKey)) yield return $"{name} is not there any more";
    }
}
