namespace Holdfast.Bench;

/// <summary>What stands above every figure: what is measured, how the engine is set, what the stopwatch covers, and on what machine.</summary>
static class Header
{
    public const string Settings = "SQLite WAL, the log synced before a commit is acknowledged, one writer, live frames, journal on";

    public static void Print(Arguments arguments, string database, string what, string stopwatch, string settings = Settings)
    {
        Console.WriteLine(what);
        Console.WriteLine($"settings  {settings}");
        Console.WriteLine($"stopwatch {stopwatch}");
        if (!arguments.IsBare) Machine.Print(database);
    }
}
