using System.Globalization;

namespace Holdfast.Simulation.Running;

/// <summary>What happened in a world, as a number that is another one when anything at all happened otherwise, and the last of it for people.</summary>
/// <param name="linesKept">How many of the last lines are kept.</param>
sealed class Trace(int linesKept)
{
    const ulong Prime = 0x100000001b3;

    readonly Queue<(long Elapsed, string Who, string What, long A, long B)> _lines = new();
    ulong _hash = 0xcbf29ce484222325;

    public string Hash => _hash.ToString("x16", CultureInfo.InvariantCulture);

    public ulong Value => _hash;

    public int LinesKept => linesKept;

    public void Add(long elapsed, string who, string what, long a = 0, long b = 0)
    {
        Mix((ulong)elapsed);
        foreach (var c in who) Mix(c);
        foreach (var c in what) Mix(c);
        Mix((ulong)a);
        Mix((ulong)b);
        if (_lines.Count == linesKept) _lines.Dequeue();
        _lines.Enqueue((elapsed, who, what, a, b));
    }

    /// <summary>The lines that are kept, oldest first.</summary>
    public IEnumerable<string> Lines => _lines.Select(static l => string.Create(
        CultureInfo.InvariantCulture, $"{l.Elapsed / (double)TimeSpan.TicksPerSecond,12:0.0000} {l.Who,-6} {l.What}{(l.A == 0 && l.B == 0 ? "" : $" {l.A}")}{(l.B == 0 ? "" : $" {l.B}")}"));

    void Mix(ulong value) => _hash = (_hash ^ value) * Prime;
}
