using System.Diagnostics;

namespace Claims;

/// <summary>
/// Ties a child process to its parent: the pipe on its standard input ends when the parent does, however that happens. One that lets go in order says a word before.
/// </summary>
static class Lifeline
{
    /// <summary>Longer than a worker takes to hear that the parent has died.</summary>
    static readonly TimeSpan Outliving = TimeSpan.FromSeconds(2);

    /// <summary>Ends when the parent lets go; false when it has died.</summary>
    public static async Task<bool> HoldAsync()
    {
        await using var pipe = Console.OpenStandardInput();
        var buffer = new byte[16];
        var isTold = false;
        while (await pipe.ReadAsync(buffer) > 0) isTold = true;
        return isTold;
    }

    /// <summary>The same for whatever a worker talks to. It outlives an orphaned worker, which would take a refused connection for the end of a claim.</summary>
    public static async Task ServeAsync()
    {
        if (!await HoldAsync()) await Task.Delay(Outliving);
    }

    /// <summary>The same for a worker, which dies with its parent as by a kill: in the middle of everything, for it goes on from there.</summary>
    public static async Task WorkAsync()
    {
        if (!await HoldAsync()) Process.GetCurrentProcess().Kill();
    }

    /// <summary>Tells the parent something, on a line of its own.</summary>
    public static void Tell(string word, object value)
    {
        Console.Out.WriteLine($"{word} {value}");
        Console.Out.Flush();
    }
}
