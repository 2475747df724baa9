namespace Holdfast.Bench;

static class SnapshotBench
{
    public static int Run(Arguments arguments) { _ = arguments; return 2; }
}
