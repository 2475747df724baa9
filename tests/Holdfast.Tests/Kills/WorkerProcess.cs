using System.Collections.Concurrent;
using System.Diagnostics;

namespace Holdfast.Tests.Kills;

/// <summary>A process of its own with an engine in it, to be killed.</summary>
sealed class WorkerProcess : IDisposable
{
    readonly Process _process;
    readonly ConcurrentQueue<string> _said = new();
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    WorkerProcess(string database, string ledger)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(built.Parent!.Parent!.FullName, "Holdfast.Tests.Worker", built.Name, "Holdfast.Tests.Worker.dll");
        _process = new()
        {
            StartInfo = new("dotnet", ["exec", program, database, ledger]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data is null ? null : "stderr " + e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything that it has said so far.</summary>
    public IReadOnlyList<string> Said => [.. _said];

    /// <summary>Completes when the process is gone and all that it said is here.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts one with the options that everybody has.</summary>
    public static WorkerProcess Start(string database, string ledger) => new(database, ledger);

    /// <summary>Waits until it takes commands; false when it ended before.</summary>
    public async Task<bool> ReadyAsync()
    {
        var first = await Task.WhenAny(_ready.Task, _ended.Task).WaitAsync(Runs.World.Patience);
        return first == _ready.Task;
    }

    public void Tell(string command)
    {
        try
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It died in the meantime; the command counts as not acknowledged.
        }
    }

    /// <summary>Ends it as a power cut would, without a word, and waits for what it had said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _ended.Task.WaitAsync(Runs.World.Patience);
    }

    public async Task<string> AnswerAsync(string beginning, string? instead = null)
    {
        var deadline = DateTime.UtcNow + Runs.World.Patience;
        while (true)
        {
            if (_said.FirstOrDefault(s => s.StartsWith(beginning, StringComparison.Ordinal)) is { } answer) return answer;
            if (DateTime.UtcNow >= deadline || _ended.Task.IsCompleted)
                Assert.Fail($"no answer to '{beginning}', but: {string.Join('\n', _said.Where(s => instead is not null && s.StartsWith(instead, StringComparison.Ordinal)).Concat(_said.Where(static s => s.StartsWith("error", StringComparison.Ordinal))).Take(10))}");
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        if (!_ended.Task.IsCompleted) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    void Hear(string? line)
    {
        if (line is null)
        {
            // The output's end is told once per stream; the process's own end follows the last line.
            _process.WaitForExitAsync().ContinueWith(_ => _ended.TrySetResult(), TaskScheduler.Default);
            return;
        }
        _said.Enqueue(line);
        if (line == "ready") _ready.TrySetResult();
    }
}
