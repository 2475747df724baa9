namespace Holdfast.Tests.Runs;

/// <summary>No part of a run outlives what it belongs to, no wait outlives its scope, and no failure is lost.</summary>
public sealed class StructureTests
{
    /// <summary>Steps that are called "slow" go on until their token is signalled; "bad" ones fail; the others answer 1 at once.</summary>
    static Probe World()
    {
        var probe = new Probe();
        probe.Answer = async (what, step) =>
        {
            if (what.StartsWith("bad", StringComparison.Ordinal)) throw new InvalidOperationException(what);
            if (!what.StartsWith("slow", StringComparison.Ordinal)) return 1;
            probe.Gate(what).TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, step.CancellationToken);
            }
            finally
            {
                probe.Gate($"{what} stopped").TrySetResult();
            }
            return 0;
        };
        return probe;
    }

    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };

    public sealed class Leaves(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            var text = await InScope(async scope =>
            {
                _ = Step(step => probe.Do("slow orphan", step));
                _ = Branch();
                _ = Child((CancelTests.Leaf w) => w.Run(9));
                await Receive(new Signal<bool>("go"));
                return "left";
            });
            probe.Note("after");
            return text;
        }

        async Durable Branch()
        {
            try
            {
                await Step(step => probe.Do("slow branch", step));
            }
            catch (OperationCanceledException error)
            {
                probe.Note(error.Message.Split(" (")[0]);
                await Shield(async () => await Step(step => probe.Do("clean", step)));
                throw;
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scope_ends_when_everything_in_it_has_and_what_is_left_in_it_is_cancelled(bool alwaysCold)
    {
        var probe = World();
        await using var world = await Runs.World.StartAsync([typeof(Leaves), typeof(CancelTests.Leaf)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Leaves w) => w.Run());
        await probe.ReachedAsync("slow orphan");
        await probe.ReachedAsync("slow branch");
        await run.SignalAsync(new Signal<bool>("go"), true);
        Assert.Equal("left", await world.ResultAsync<string>(run));
        await probe.ReachedAsync("slow orphan stopped");
        Assert.Equal(["The scope has ended.", "clean", "after"], probe.Entries.Where(static e => e != "leaf finally").Skip(2));
        var child = Assert.Single(await world.Client.ListAsync(new() { Workflow = "Leaf" }));
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(world.Client.GetRun(child.Id)));
        Assert.Equal(2, (await run.ReadJournalAsync()).Count(static l => l.What == "OpAbandoned"));
    }

    public sealed class Races(Probe probe) : Workflow
    {
        public async Durable<string> Run(bool scoped)
        {
            var first = scoped ? await InScope(_ => Durable.WhenAny(Slow(), Ask("quick"))) : await Durable.WhenAny(Slow(), Ask("quick"));
            probe.Note($"won {await first}");
            await Receive(new Signal<bool>("go"));
            return "done";
        }

        Durable<int> Ask(string what) => Step(step => probe.Do(what, step));

        async Durable<int> Slow()
        {
            try
            {
                return await Ask("slow");
            }
            finally
            {
                probe.Note("lost");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_lost_a_race_goes_on_until_its_scope_ends(bool alwaysCold)
    {
        foreach (var scoped in new[] { true, false })
        {
            var probe = World();
            await using var world = await Runs.World.StartAsync([typeof(Races)], alwaysCold: alwaysCold, configure: probe.Register);
            var run = await world.Client.StartAsync((Races w) => w.Run(scoped));
            await world.UntilAsync(run, _ => probe.Count("won 1") == 1);
            await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
            Assert.Equal(scoped ? 1 : 0, probe.Count("lost"));
            await run.SignalAsync(new Signal<bool>("go"), true);
            Assert.Equal("done", await world.ResultAsync<string>(run));
            Assert.Equal(1, probe.Count("lost"));
            Assert.Equal(scoped ? ["lost", "won 1"] : new[] { "won 1", "lost" }, probe.Entries.Where(static e => e is "lost" or "won 1"));
            Assert.Contains(await run.ReadJournalAsync(), static l => l is { What: "StepCancelled", Text: "Do" });
        }
    }

    public sealed class Failures(Probe probe) : Workflow
    {
        bool _isLate;

        public async Durable<string> Run(string way)
        {
            switch (way)
            {
                case "all":
                    try
                    {
                        await Durable.WhenAll(Late("bad late"), Ask("bad early"), Ask("good"));
                        return "wrong";
                    }
                    catch (InvalidOperationException error)
                    {
                        return error.Message;
                    }
                case "cancelled":
                    try
                    {
                        await InScope(scope => Durable.WhenAll(Delay(TimeSpan.FromDays(1)), CancelsAndFails(scope)));
                        return "wrong";
                    }
                    catch (InvalidOperationException error)
                    {
                        return error.Message;
                    }
                case "lost":
                    await Durable.WhenAny(Late("bad late"), Delay(TimeSpan.Zero));
                    while (!_isLate) await Delay(TimeSpan.FromMilliseconds(1));
                    return "fine";
                case "scope":
                    _ = InScope(_ => Late("bad scope"), deadline: TimeSpan.FromDays(1));
                    while (!_isLate) await Delay(TimeSpan.FromMilliseconds(1));
                    return "wrong";
                case "left":
                    await InScope(async scope =>
                    {
                        _ = FailsAtTheEnd();
                        await Ask("good");
                    });
                    return "wrong";
                default:
                    await InScope(async scope =>
                    {
                        _ = Late("bad unseen");
                        while (!_isLate) await Delay(TimeSpan.FromMilliseconds(1));
                    });
                    return "wrong";
            }
        }

        Durable<int> Ask(string what) => Step(step => probe.Do(what, step), Once);

        async Durable<int> Late(string what)
        {
            try
            {
                await Delay(TimeSpan.FromMilliseconds(1));
                return await Ask(what);
            }
            finally
            {
                _isLate = true;
            }
        }

        async Durable CancelsAndFails(CancelScope scope)
        {
            await Ask("good");
            scope.Cancel();
            throw new InvalidOperationException("why");
        }

        async Durable FailsAtTheEnd()
        {
            try
            {
                await Delay(TimeSpan.FromDays(1));
            }
            finally
            {
                Throw();
            }

            static void Throw() => throw new InvalidOperationException("in finally");
        }
    }

    [Theory]
    [InlineData("all", "bad late")]
    [InlineData("cancelled", "why")]
    [InlineData("lost", "fine")]
    [InlineData("scope", "!bad scope")]
    [InlineData("left", "!in finally")]
    [InlineData("unseen", "!bad unseen")]
    public async Task Of_many_failures_the_first_argument_s_is_thrown_and_none_that_nobody_raced_or_awaited_is_lost(string way, string expected)
    {
        foreach (var alwaysCold in new[] { true, false })
        {
            var probe = World();
            await using var world = await Runs.World.StartAsync([typeof(Failures)], alwaysCold: alwaysCold, configure: probe.Register);
            var run = await world.Client.StartAsync((Failures w) => w.Run(way));
            if (!expected.StartsWith('!'))
            {
                Assert.Equal(expected, await world.ResultAsync<string>(run));
                continue;
            }
            Assert.Equal(RunStatus.Failed, await world.EndAsync(run));
            Assert.Equal(expected[1..], (await run.GetInfoAsync()).Error!.Message);
        }
    }

    public sealed class Polls(Probe probe) : Workflow
    {
        const int RoundsMax = 50;

        public async Durable<int> Run(string way)
        {
            await Step(step => probe.Do("begin", step));
            for (var round = 0; round < RoundsMax; round++)
            {
                // Each of these gives a value however its work ended, and so would never hear of a cancellation.
                if (way == "outcome") await Step(step => probe.Do("slow", step)).Outcome();
                else if (way == "any") await Durable.WhenAny(Delay(TimeSpan.FromDays(1)), Receive(new Signal<int>("x")));
                else await foreach (var done in Durable.WhenEach(Receive(new Signal<int>("x")), Receive(new Signal<int>("y")))) probe.Note("done");
            }
            return RoundsMax;
        }
    }

    [Theory]
    [InlineData("outcome")]
    [InlineData("any")]
    [InlineData("each")]
    public async Task A_wait_that_gives_failures_as_values_throws_when_its_scope_is_cancelled(string way)
    {
        foreach (var alwaysCold in new[] { true, false })
        {
            var probe = World();
            await using var world = await Runs.World.StartAsync([typeof(Polls)], alwaysCold: alwaysCold, configure: probe.Register);
            var run = await world.Client.StartAsync((Polls w) => w.Run(way));
            if (way == "outcome") await probe.ReachedAsync("slow");
            else await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'x'", StringComparison.Ordinal));
            await run.CancelAsync("stop");
            Assert.Equal(RunStatus.Cancelled, await world.EndAsync(run));
            Assert.Equal(0, probe.Count("done"));
        }
    }

    public sealed class Waits(Probe probe) : Workflow
    {
        CancelScope? _scope;
        CancelScope? _outer;
        Durable<int>? _long;
        string _way = "";

        public async Durable<string> Run(string way)
        {
            _way = way;
            var quick = way == "beside what has ended" ? Step(step => probe.Do("quick", step)) : null;
            var begun = quick is null ? Step(step => probe.Do("begin", step)) : After(quick);
            // Wakes before the other one and cancels the scope while that one is about to run, or from inside it.
            var cancels = Cancels(begun, way != "running");
            _long = Long(begun, way == "running");
            var waits = InScope(async outer => await InScope(async scope =>
            {
                (_scope, _outer) = (scope, outer);
                try
                {
                    if (way == "beside what has ended") await Durable.WhenAll(quick!, _long);
                    else if (way == "beside what is cancelled") await Durable.WhenAll(_long, Delay(TimeSpan.FromDays(1)));
                    else await _long;
                    return "wrong";
                }
                catch (OperationCanceledException error)
                {
                    return error.Message;
                }
            }));
            var text = await waits;
            await cancels;
            return $"{text} {probe.Count("long is over")} {await _long}";
        }

        async Durable<int> After(Durable<int> quick)
        {
            await quick;
            return await Step(step => probe.Do("begin", step));
        }

        async Durable Cancels(Durable<int> begun, bool cancels)
        {
            await begun;
            if (cancels) _scope!.Cancel("enough");
            if (_way == "twice") _outer!.Cancel("more than enough");
        }

        async Durable<int> Long(Durable<int> begun, bool cancels)
        {
            await begun;
            if (cancels) _scope!.Cancel("enough");
            await Receive(new Signal<bool>("go")).Within(TimeSpan.FromMilliseconds(50));
            probe.Note("long is over");
            return 2;
        }
    }

    [Theory]
    [InlineData("about to run")]
    [InlineData("running")]
    [InlineData("beside what has ended")]
    [InlineData("beside what is cancelled")]
    [InlineData("twice")]
    public async Task Cancellation_ends_waits_for_what_lies_outside_whatever_that_is_doing(string way)
    {
        foreach (var alwaysCold in new[] { true, false })
        {
            var probe = World();
            await using var world = await Runs.World.StartAsync([typeof(Waits)], alwaysCold: alwaysCold, configure: probe.Register);
            var run = await world.Client.StartAsync((Waits w) => w.Run(way));
            Assert.Equal("enough 0 2", await world.ResultAsync<string>(run));
        }
    }

    public sealed class Unwinds(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                try
                {
                    await Step(step => probe.Do("work", step));
                }
                finally
                {
                    try
                    {
                        await Step(step => probe.Do("slow finally", step));
                        probe.Note("wrong");
                    }
                    finally
                    {
                        probe.Note("inner finally");
                    }
                }
                return "wrong";
            }
            finally
            {
                probe.Note("outer finally");
                await Shield(async () => await Step(step => probe.Do("shielded", step)));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancellation_that_arrives_in_a_finally_leaves_it_and_the_outer_ones_still_run(bool alwaysCold)
    {
        var probe = World();
        await using var world = await Runs.World.StartAsync([typeof(Unwinds)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Unwinds w) => w.Run());
        await probe.ReachedAsync("slow finally");
        await run.CancelAsync("stop");
        Assert.Equal(RunStatus.Cancelled, await world.EndAsync(run));
        Assert.Equal(["work", "slow finally", "inner finally", "outer finally", "shielded"], probe.Entries);
    }

    public sealed class Nests(Probe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            var log = new List<string>();
            try
            {
                await InScope(async inner =>
                {
                    try
                    {
                        inner.Cancel("inner");
                        await Delay(TimeSpan.FromDays(1));
                    }
                    catch (OperationCanceledException error)
                    {
                        log.Add(error.Message);
                        await Shield(async () => await Receive(new Signal<bool>("cleaned")));
                        inner.Cancel("again");
                        log.Add(inner.Reason!);
                        throw;
                    }
                });
            }
            catch (OperationCanceledException error)
            {
                log.Add(error.Message);
            }
            try
            {
                await Step(step => probe.Do("wrong", step));
            }
            catch (OperationCanceledException error)
            {
                log.Add(error.Message);
            }
            return string.Join(' ', log);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scope_that_cleans_up_is_not_disturbed_by_a_cancellation_around_it(bool alwaysCold)
    {
        var probe = World();
        await using var world = await Runs.World.StartAsync([typeof(Nests)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Nests w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting.Contains("cleaned", StringComparison.Ordinal));
        await run.CancelAsync("outer");
        await world.UntilAsync(run, static i => i.Waiting.StartsWith("asked to cancel", StringComparison.Ordinal));
        await run.SignalAsync(new Signal<bool>("cleaned"), true);
        Assert.Equal("inner inner inner outer", await world.ResultAsync<string>(run));
        Assert.Equal(0, probe.Count("wrong"));
    }

    public sealed class Odd(Probe probe) : Workflow
    {
        Durable<string>? _scope;

        public async Durable<string> Run(string way)
        {
            try
            {
                if (way == "throws at the call")
                {
                    await InScope(scope =>
                    {
                        _ = Step(step => probe.Do("slow", step));
                        throw new InvalidOperationException("at the call");
                    }, deadline: TimeSpan.FromDays(1));
                }
                if (way == "waits for itself")
                {
                    _scope = InScope(async scope =>
                    {
                        _ = Own();
                        await Receive(new Signal<bool>("go"));
                        return "ended";
                    });
                    return await _scope;
                }
                // Somebody outside keeps what was started inside.
                Durable<int>? kept = null;
                await InScope(async scope =>
                {
                    kept = Step(step => probe.Do("slow", step));
                    await Step(step => probe.Do("begin", step));
                });
                await kept!;
                return "wrong";
            }
            catch (Exception error) when (way != "waits for itself")
            {
                await Step(step => probe.Do("end", step), new() { Label = "end" });
                return error is OperationCanceledException ? "given up" : error.Message;
            }
        }

        async Durable Own()
        {
            await Step(step => probe.Do("begin", step));
            try
            {
                await _scope!;
            }
            catch (OperationCanceledException error)
            {
                probe.Note(error.Message);
                throw;
            }
        }
    }

    [Theory]
    [InlineData("throws at the call", "at the call")]
    [InlineData("waits for itself", "ended")]
    [InlineData("keeps", "given up")]
    public async Task A_scope_ends_also_when_it_is_used_oddly(string way, string expected)
    {
        foreach (var alwaysCold in new[] { true, false })
        {
            var probe = World();
            await using var world = await Runs.World.StartAsync([typeof(Odd)], alwaysCold: alwaysCold, configure: probe.Register);
            var run = await world.Client.StartAsync((Odd w) => w.Run(way));
            if (way == "waits for itself")
            {
                await world.UntilAsync(run, static i => i.Waiting == "signal 'go'");
                await run.SignalAsync(new Signal<bool>("go"), true);
            }
            Assert.Equal(expected, await world.ResultAsync<string>(run));
            if (way == "waits for itself") Assert.Equal(1, probe.Count("The scope has ended."));
            // What was left is gone before the code behind the scope goes on, and not only when Run returns.
            else Assert.Equal(["OpAbandoned", "StepSucceeded"], (await run.ReadJournalAsync()).Where(static l => l is { What: "OpAbandoned" } or { What: "StepSucceeded", Text: "end" }).Select(static l => l.What).Distinct());
        }
    }
}
