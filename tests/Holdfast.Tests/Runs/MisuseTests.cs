using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>What a run's code must not do sets the run aside with a reason. No more of its code runs, and nothing else is harmed.</summary>
public sealed class MisuseTests
{
    public sealed class Captures : Workflow
    {
        public async Durable<string> Run(bool catches)
        {
            object stream = new MemoryStream();
            try
            {
                return $"{await Step(() => Task.FromResult(stream.GetHashCode()))}";
            }
            catch (HoldfastException error) when (catches)
            {
                return $"{error.Error}";
            }
        }
    }

    /// <summary>As one that waits with such a value is: a permission that is missing, or a new build, and it goes on.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_whose_step_captures_what_cannot_be_saved_is_parked_unless_it_deals_with_that(bool alwaysCold)
    {
        await using var world = await World.StartAsync([typeof(Captures)], alwaysCold: alwaysCold);
        var parked = await world.ParkedAsync(await world.Client.StartAsync((Captures w) => w.Run(false)));
        Assert.StartsWith("parked: not savable: ", parked.Waiting, StringComparison.Ordinal);
        Assert.Equal("NotSavable", await world.ResultAsync<string>(await world.Client.StartAsync((Captures w) => w.Run(true))));
    }

    static volatile bool _isMended;
    static Durable<int>? _leaked;

    /// <summary>Found by reflection only, so that the inspection at registration cannot see it.</summary>
    public static class Hidden
    {
        public static async Durable<int> Wait(Probe probe, Task pending)
        {
            try
            {
                probe.Note("before");
                await pending;
                return 1;
            }
            catch (Exception)
            {
                probe.Note("caught");
                return 2;
            }
            finally
            {
                probe.Note("finally");
            }
        }
    }

    public sealed class AwaitsATask(Probe probe) : Workflow
    {
        public async Durable<int> Run()
        {
            try
            {
                var first = await Step(step => probe.Do("first", step));
                var hidden = (Durable<int>)typeof(Hidden).GetMethod(nameof(Hidden.Wait))!.Invoke(null, [probe, _isMended ? Task.CompletedTask : new TaskCompletionSource().Task])!;
                var lost = Step(step => probe.Do("lost", step));
                return first + await hidden + await lost;
            }
            finally
            {
                probe.Note("outer finally");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Awaiting_what_is_not_durable_parks_the_run_and_runs_no_more_of_its_code(bool alwaysCold)
    {
        _isMended = false;
        var probe = new Probe();
        var store = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(AwaitsATask)], () => store, alwaysCold, probe.Register))
        {
            var run = await world.Client.StartAsync((AwaitsATask w) => w.Run());
            id = run.Id;
            var info = await world.ParkedAsync(run);
            Assert.Contains("misuse", info.Waiting, StringComparison.Ordinal);
            Assert.Contains("Hidden.Wait", info.Waiting, StringComparison.Ordinal);
            Assert.Contains("await number 1", info.Waiting, StringComparison.Ordinal);
            Assert.Equal(["first", "before"], probe.Entries);

            // Asked to go on without being mended it does the same again, and the request is used up.
            await run.ResumeAsync();
            await world.UntilAsync(run, _ => probe.Count("before") == 2);
            await world.ParkedAsync(run);
            Assert.Equal(1, probe.Count("first"));
        }
        _isMended = true;
        await using var later = await World.StartAsync([typeof(AwaitsATask)], store.Reopen, alwaysCold, probe.Register);
        var again = later.Client.GetRun(id);
        await later.ParkedAsync(again);
        await later.ResumeAsync(again);
        Assert.Equal(1, await later.ResultAsync<int>(again));
        Assert.Equal(1, probe.Count("first"));
        Assert.Equal(1, probe.Count("lost"));
        Assert.Equal(1, probe.Count("finally"));
    }

    public sealed class WaitsInATask : Workflow
    {
        public async Durable<int> Run()
        {
            var task = Helper();
            return task.IsCompleted ? await task.ToDurable() : await Step(() => Task.FromResult(1));
        }

        static async Task<int> Helper() => await Step(() => Task.FromResult(7));
    }

    [Fact]
    public async Task A_method_that_is_not_durable_cannot_wait_for_a_durable()
    {
        await using var world = await World.StartAsync([typeof(WaitsInATask)]);
        var run = await world.Client.StartAsync((WaitsInATask w) => w.Run());
        var info = await world.ParkedAsync(run);
        Assert.Contains("WaitsInATask.Helper awaits", info.Waiting, StringComparison.Ordinal);
    }

    public sealed class Leaks : Workflow
    {
        public async Durable<int> Run(bool leaks)
        {
            if (leaks) _leaked = Receive(new Signal<int>("never"));
            return await Step(() => Task.FromResult(0)) + await _leaked!;
        }
    }

    [Fact]
    public async Task A_durable_of_another_run_or_outside_of_any_is_refused()
    {
        await using var world = await World.StartAsync([typeof(Leaks)], alwaysCold: false);
        var owner = await world.Client.StartAsync((Leaks w) => w.Run(true));
        await world.UntilAsync(owner, static i => i.Waiting.Contains("never", StringComparison.Ordinal));
        var thief = await world.Client.StartAsync((Leaks w) => w.Run(false));
        Assert.Contains("another run", (await world.ParkedAsync(thief)).Waiting, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Running, (await owner.GetInfoAsync()).Status);

        Assert.Equal(HoldfastError.Misuse, (await Assert.ThrowsAsync<HoldfastException>(async () => await _leaked!)).Error);
        Assert.Equal(HoldfastError.Misuse, Assert.Throws<HoldfastException>(() => { _ = Durable.Step(() => Task.FromResult(0)); }).Error);
        Assert.Equal(HoldfastError.Misuse, Assert.Throws<HoldfastException>(() => { _ = new Leaks().Run(false); }).Error);
    }

    public sealed class WaitsForItself : Workflow
    {
        Durable<int>? _me;

        public async Durable<int> Run()
        {
            _me = Inner();
            return await _me;
        }

        async Durable<int> Inner()
        {
            await Step(() => Task.FromResult(0));
            return await _me!;
        }
    }

    [Fact]
    public async Task Methods_that_wait_for_each_other_are_no_silent_standstill()
    {
        await using var world = await World.StartAsync([typeof(WaitsForItself)]);
        var run = await world.Client.StartAsync((WaitsForItself w) => w.Run());
        Assert.Contains("WaitsForItself.Run waits for WaitsForItself.Inner", (await world.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
        await run.TerminateAsync();
        Assert.Equal(RunStatus.Terminated, await world.EndAsync(run));
    }

    public sealed class BrokenConstructor : Workflow
    {
        public BrokenConstructor()
        {
            if (!_isMended) throw new InvalidOperationException("no licence");
        }

        public async Durable<int> Run() => await Step(() => Task.FromResult(5));
    }

    [Fact]
    public async Task A_workflow_that_cannot_be_built_is_parked_and_begins_when_it_is_taken_up()
    {
        _isMended = false;
        await using var world = await World.StartAsync([typeof(BrokenConstructor)]);
        var run = await world.Client.StartAsync((BrokenConstructor w) => w.Run());
        Assert.Contains("BrokenConstructor..ctor threw InvalidOperationException", (await world.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
        _isMended = true;
        await world.ResumeAsync(run);
        Assert.Equal(5, await world.ResultAsync<int>(run));
    }

    public sealed class KeepsAStream : Workflow
    {
        public async Durable<int> Run()
        {
            await Step(() => Task.FromResult(1));
            object stream = _isMended ? "text" : new MemoryStream();
            await Step(() => Task.FromResult(2));
            return stream is string ? 1 : 0;
        }
    }

    [Fact]
    public async Task What_cannot_be_saved_parks_the_run_and_names_the_variable()
    {
        _isMended = false;
        await using var world = await World.StartAsync([typeof(KeepsAStream)]);
        var run = await world.Client.StartAsync((KeepsAStream w) => w.Run());
        var info = await world.ParkedAsync(run);
        Assert.Contains("KeepsAStream.Run: variable stream", info.Waiting, StringComparison.Ordinal);
        _isMended = true;
        await world.ResumeAsync(run);
        Assert.Equal(1, await world.ResultAsync<int>(run));
    }

    public sealed class AsksInAStep : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return await Step(static () => Task.FromResult(RunId.ToString()));
            }
            catch (HoldfastException error)
            {
                return $"{error.Error}: {error.Message}";
            }
        }
    }

    [Fact]
    public async Task Who_asks_for_the_runs_id_in_a_step_is_told_where_it_is_there()
    {
        await using var world = await World.StartAsync([typeof(AsksInAStep)]);
        var told = await world.ResultAsync<string>(await world.Client.StartAsync((AsksInAStep w) => w.Run()));
        Assert.StartsWith("Misuse: RunId is known in the turns of a run only. In a step, use step.RunId", told, StringComparison.Ordinal);
    }

    public sealed class Holds : Workflow
    {
        public async Durable<string> Run()
        {
            object held = new MemoryStream();
            await Delay(TimeSpan.FromDays(1));
            return held.ToString()!;
        }
    }

    [Fact]
    public async Task What_cannot_be_saved_is_named_by_the_method_that_holds_it()
    {
        await using var world = await World.StartAsync([typeof(Holds)]);
        var info = await world.ParkedAsync(await world.Client.StartAsync((Holds w) => w.Run()));
        Assert.StartsWith("parked: not savable: in Holds.Run", info.Waiting, StringComparison.Ordinal);
        Assert.Contains(": variable held of type System.IO.MemoryStream cannot be saved.", info.Waiting, StringComparison.Ordinal);
    }

    public sealed class KeepsAHandle : Workflow
    {
        public async Durable<int> Run()
        {
            nint handle = 5;
            await Step(() => Task.FromResult(1));
            return (int)handle;
        }
    }

    [Fact]
    public async Task A_handle_parks_the_run_and_is_named_as_a_variable()
    {
        await using var world = await World.StartAsync([typeof(KeepsAHandle)]);
        var info = await world.ParkedAsync(await world.Client.StartAsync((KeepsAHandle w) => w.Run()));
        Assert.Contains("KeepsAHandle.Run: variable handle of type System.IntPtr cannot be saved. Native handles", info.Waiting, StringComparison.Ordinal);
    }
}

static class TaskExtensions
{
    public static async Durable<int> ToDurable(this Task<int> task)
    {
        await Durable.Delay(TimeSpan.Zero);
        return task.Result;
    }
}
