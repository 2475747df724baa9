namespace Holdfast.Kernel;

/// <summary>How long to wait after a failed attempt.</summary>
static class Backoff
{
    /// <summary>The wait after so many failures in a row, between zero and the rule's longest wait whatever numbers the rule holds.</summary>
    /// <param name="rule">The retry rule.</param>
    /// <param name="failures">How many attempts have failed, from 1.</param>
    /// <param name="sample">A random number in [0, 1).</param>
    public static TimeSpan Delay(RetryRule rule, int failures, double sample)
    {
        var longest = Math.Max(0, rule.MaxDelay.Ticks);
        // No wait at all stays none however often it is multiplied; zero times infinity would not be a number.
        if (rule.FirstDelay <= TimeSpan.Zero || longest == 0) return TimeSpan.Zero;
        // Growth leaves the numbers behind soon: infinity means the longest wait, and so does a factor that is no number.
        var grown = rule.FirstDelay.Ticks * Math.Pow(rule.Factor, failures - 1);
        var whole = double.IsNaN(grown) ? longest : Math.Clamp(grown, 0, longest);
        // The lot only shortens a wait. Runs that failed together drift apart, and the longest wait stays a promise.
        var drawn = Share(rule.Jitter) * (1 - Share(sample));
        var ticks = whole * (1 - drawn);
        // The longest wait may round up when it becomes a double, so the comparison is made before the way back.
        return new(ticks >= longest ? longest : (long)ticks);
    }

    static double Share(double value) => double.IsNaN(value) ? 0 : Math.Clamp(value, 0, 1);
}
