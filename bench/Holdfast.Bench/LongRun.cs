namespace Holdfast.Bench;

static class LongRun
{
    public static Task<int> RunAsync(Arguments arguments) { _ = arguments; return Task.FromResult(2); }
}
