namespace Holdfast.Hosting;

/// <summary>Finds what was meant by a name that nobody has.</summary>
static class NearNames
{
    /// <summary>From here on two names have nothing to do with each other: a third of the letters, but two in any case.</summary>
    public static int DistanceMax(string name) => Math.Max(2, name.Length / 3);

    /// <summary>How many letters must be added, removed or changed to make one name of the other, where case counts for nothing.</summary>
    public static int Distance(string one, string other)
    {
        var before = new int[other.Length + 1];
        for (var j = 0; j < before.Length; j++) before[j] = j;
        foreach (var letter in one)
        {
            var diagonal = before[0]++;
            for (var j = 1; j < before.Length; j++)
            {
                var changed = diagonal + (char.ToUpperInvariant(letter) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = before[j];
                before[j] = Math.Min(changed, Math.Min(before[j], before[j - 1]) + 1);
            }
        }
        return before[^1];
    }
}
