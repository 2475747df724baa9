using System.Diagnostics;
using System.Reflection;

namespace Claims;

/// <summary>Another process of this same executable, in another role.</summary>
sealed class Child : IAsyncDisposable
{
    const int ErrorLinesMax = 40;
    readonly Process process;
    readonly TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Queue<string> errors = [];
    string? failure;
    readonly Task reading;

    Child(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync());
    }

    /// <summary>Where it listens, as soon as it does.</summary>
    public Task<Uri> Address => address.Task;

    /// <summary>How many unfinished runs it found when it started.</summary>
    public int Resumed { get; private set; }

    /// <summary>Why it ended: its own sentence, or what it last wrote to its standard error when it left none.</summary>
    public string Errors
    {
        get
        {
            lock (errors) return failure ?? string.Join(Environment.NewLine, errors);
        }
    }

    /// <summary>Where it listens, once it does.</summary>
    /// <exception cref="InvalidOperationException">It ended before that; with its last words.</exception>
    public async Task<Uri> StartedAsync()
    {
        try
        {
            return await Address;
        }
        catch (IOException failure)
        {
            throw new InvalidOperationException($"A process could not be started: {await LastWordsAsync()}", failure);
        }
    }

    /// <summary>What <see cref="Errors"/> says once it has ended and all of that has been read.</summary>
    public async Task<string> LastWordsAsync()
    {
        await reading;
        return Errors is { Length: > 0 } words ? words : "it said nothing, as one that was killed.";
    }

    public static Child Start(string role, params IEnumerable<string> arguments)
    {
        var start = Describe(role, arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return new Child(Process.Start(start)!);
    }

    /// <summary>Runs a role to its end, on this process's own console.</summary>
    public static async Task<int> RunAsync(string role, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var process = Process.Start(Describe(role, arguments))!;
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        return process.ExitCode;
    }

    /// <summary>SIGKILL: it gets no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await ExitedAsync();
    }

    /// <summary>Lets go of the lifeline, so that it stops in order; kills it when it does not.</summary>
    public async Task<int> StopAsync()
    {
        try
        {
            process.StandardInput.WriteLine("stop");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            return await ExitedAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return -1;
        }
    }

    public async Task<int> ExitedAsync(CancellationToken cancel = default)
    {
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        await reading;
        process.Dispose();
    }

    static ProcessStartInfo Describe(string role, IEnumerable<string> arguments)
    {
        var self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { UseShellExecute = false };
        // Under "dotnet Claims.dll" the process is the host, and the program its first argument.
        if (Path.GetFileNameWithoutExtension(self) == "dotnet") start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        start.ArgumentList.Add(role);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    async Task ReadOutputAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ', 2) is not [var word, var value]) continue;
            if (word == "listening") address.TrySetResult(new Uri(value));
            if (word == "resumed" && int.TryParse(value, out var runs)) Resumed = runs;
            if (word == "failed")
            {
                lock (errors) failure = value;
            }
        }
        address.TrySetException(new IOException("It ended before it listened."));
        // Nobody may be waiting for the address any more.
        _ = address.Task.Exception;
    }

    async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (errors)
            {
                errors.Enqueue(line);
                if (errors.Count > ErrorLinesMax) errors.Dequeue();
            }
        }
    }
}
