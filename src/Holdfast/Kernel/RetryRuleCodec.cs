namespace Holdfast.Kernel;

/// <summary>A retry rule as bytes. The default one is a flag of its step, so only others come here.</summary>
static class RetryRuleCodec
{
    /// <summary>Whether the rule says what the default one says, in whichever object.</summary>
    public static bool IsDefault(RetryRule rule) => ReferenceEquals(rule, RetryRule.Default)
        || (rule.NonRetryable.Count == 0 && rule with { NonRetryable = RetryRule.Default.NonRetryable } == RetryRule.Default);

    public static void Write(RetryRule rule, ref StateWriter writer)
    {
        writer.Signed(rule.FirstDelay.Ticks);
        writer.Double(rule.Factor);
        writer.Signed(rule.MaxDelay.Ticks);
        writer.Double(rule.Jitter);
        writer.Signed(rule.MaxAttempts);
        writer.Byte(rule.MaxElapsed is null ? (byte)0 : (byte)1);
        if (rule.MaxElapsed is { } elapsed) writer.Signed(elapsed.Ticks);
        writer.Number(rule.NonRetryable.Count);
        for (var i = 0; i < rule.NonRetryable.Count; i++) writer.Text(rule.NonRetryable[i]);
    }

    // Any numbers are accepted, for any may have been written; the arithmetic on them has no wrong inputs.
    public static RetryRule Read(ref StateReader reader)
    {
        var firstDelay = new TimeSpan(reader.Signed());
        var factor = reader.Double();
        var maxDelay = new TimeSpan(reader.Signed());
        var jitter = reader.Double();
        var maxAttempts = reader.Signed();
        if (maxAttempts is < int.MinValue or > int.MaxValue) reader.Fail("a number is too large");
        TimeSpan? maxElapsed = null;
        var limited = reader.Byte();
        if (limited > 1) reader.Fail("a flag is neither set nor unset");
        if (limited == 1) maxElapsed = new TimeSpan(reader.Signed());
        var names = new string[reader.Count(1)];
        for (var i = 0; i < names.Length; i++) names[i] = reader.Text();
        return new(firstDelay, factor, maxDelay, jitter, (int)maxAttempts, maxElapsed, names);
    }
}
