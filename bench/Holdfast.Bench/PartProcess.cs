using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>A process of this program that does one part of a scenario, and can be killed in the middle of it. What it prints is for the scenario; its errors are for people.</summary>
sealed class PartProcess : IDisposable
{
    readonly Process _process;
    readonly string _name;

    public PartProcess(params IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started by 'dotnet x.dll' or as a program of its own.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") start.ArgumentList.Add(typeof(PartProcess).Assembly.Location);
        foreach (var word in words) start.ArgumentList.Add(word);
        _name = start.ArgumentList.First(static word => !word.EndsWith(".dll", StringComparison.Ordinal));
        StartedTimestamp = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
    }

    /// <summary>Just before the process was started. The clock is the machine's, the same in all processes.</summary>
    public long StartedTimestamp { get; }

    public bool HasExited => _process.HasExited;

    public string? TryReadLine() => _process.StandardOutput.ReadLine();

    public string ReadLine() => TryReadLine() ?? throw Ended();

    /// <summary>Numbers with blanks between them, after a word that says what they are.</summary>
    public double[] ReadNumbers(string what)
    {
        var words = ReadLine().Split(' ');
        return words[0] == what ? Array.ConvertAll(words[1..], static word => double.Parse(word, CultureInfo.InvariantCulture)) : throw new InvalidOperationException($"{_name} said '{string.Join(' ', words)}' instead of '{what}'.");
    }

    /// <summary>As <c>kill -9</c>: nothing of the process runs any more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Wait()
    {
        _process.WaitForExit();
        if (_process.ExitCode != 0) throw Ended();
    }

    public int WaitForCode()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    // A part that is not needed any more must not go on by itself.
    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    InvalidOperationException Ended()
    {
        _process.WaitForExit();
        return new($"{_name} ended with code {_process.ExitCode} before it had said everything; its errors stand above.");
    }
}
