namespace Holdfast.Bench.Measuring;

/// <summary>One line that says how far long work is: on standard error, and only where a person looks at it.</summary>
static class Progress
{
    const int Width = 100;

    static bool _isShown;

    public static void Show(string text)
    {
        if (Console.IsErrorRedirected) return;
        _isShown = true;
        Console.Error.Write('\r' + text.PadRight(Width));
    }

    public static void Clear()
    {
        if (!_isShown) return;
        _isShown = false;
        Console.Error.Write('\r' + new string(' ', Width) + '\r');
    }

    /// <summary>Waits, and says every second how much of the time has passed.</summary>
    public static async Task WaitAsync(string what, TimeSpan time)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            Show($"{what}: {clock.Elapsed.TotalSeconds:0} of {time.TotalSeconds:0} s");
            var rest = time - clock.Elapsed;
            if (rest > TimeSpan.Zero) await Task.Delay(rest < TimeSpan.FromSeconds(1) ? rest : TimeSpan.FromSeconds(1));
        }
        Clear();
    }
}
