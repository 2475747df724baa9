using System.Collections.Concurrent;
using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Runs;

/// <summary>The outside world of a test's workflows: writes down what it is asked, and does what the test wants.</summary>
public sealed class Probe
{
    readonly ConcurrentQueue<string> _entries = new();
    readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    /// <summary>What a step gets for an answer; 0 by default.</summary>
    public Func<string, StepContext, Task<int>> Answer { get; set; } = static (_, _) => Task.FromResult(0);

    public IReadOnlyList<string> Entries => [.. _entries];

    public Task<int> Do(string what, StepContext step)
    {
        _entries.Enqueue(what);
        return Answer(what, step);
    }

    public void Note(string what) => _entries.Enqueue(what);

    public int Count(string what) => _entries.Count(e => e == what);

    /// <summary>A thing that happens once, for tests to wait for and for steps to wait at.</summary>
    public TaskCompletionSource Gate(string name) => _gates.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    public Task ReachedAsync(string name) => Gate(name).Task.WaitAsync(World.Patience);

    /// <summary>Registers the probe, for the workflows' constructors.</summary>
    internal Action<HoldfastBuilder> Register => builder => builder.Services.AddSingleton(this);
}

/// <summary>A clock that stands still until the test moves it. Thread-safe.</summary>
// What is due at once does not wait for the clock.
sealed class ManualTime() : VirtualTime(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), static fire => ThreadPool.QueueUserWorkItem(static f => f(), fire, preferLocal: false));
