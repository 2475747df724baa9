namespace Holdfast.Kernel;

/// <summary>Times to come. The end of the calendar means never, and is where sums end that would go beyond.</summary>
static class Later
{
    public static readonly DateTimeOffset Never = DateTimeOffset.MaxValue;

    /// <summary>The time after a wait.</summary>
    public static DateTimeOffset Of(DateTimeOffset now, TimeSpan wait) => wait >= Never - now ? Never : now + wait;
}
