namespace Claims;

/// <summary>Random numbers that depend on nothing but their arguments: the same on every machine, in every process, in any order.</summary>
static class Lot
{
    /// <summary>A number from 0 to <paramref name="below"/> - 1.</summary>
    public static int Draw(int below, params ReadOnlySpan<int> of)
    {
        // SplitMix64 over the arguments; string.GetHashCode and HashCode differ from process to process.
        var state = 0x9E3779B97F4A7C15UL;
        foreach (var part in of) state = Mix(state ^ (uint)part);
        return (int)(Mix(state) % (uint)below);
    }

    static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
