using System.Text;
using Holdfast.Storage;
using Holdfast.Tests.Payloads;

namespace Holdfast.Tests.Runs;

/// <summary>Runs that are set aside while something of them still goes on, or somebody waits for them.</summary>
public sealed class SetAsideTests
{
    static readonly Signal<string> Go = new("go");

    public sealed class Works(Probe probe) : Workflow
    {
        public async Durable<string> Run(bool atMostOnce)
        {
            var work = Step(step => probe.Do("work", step), new() { AtMostOnce = atMostOnce, Label = "work" });
            await Receive(Go);
            try
            {
                return $"{await work}";
            }
            catch (InvalidOperationException error)
            {
                return error.Message;
            }
        }
    }

    /// <summary>A codec that can be taken away, and given back, while the engine runs.</summary>
    sealed class Sight
    {
        volatile bool _isBlind;

        public bool IsBlind
        {
            get => _isBlind;
            set => _isBlind = value;
        }

        public PayloadCodec Codec => new OddCodec(static plain => plain, encoded => IsBlind ? throw new InvalidOperationException("no key") : encoded);
    }

    [Theory]
    [InlineData(true, false, "7")]
    [InlineData(false, false, "7")]
    [InlineData(true, true, "no luck")]
    public async Task A_step_that_ends_while_its_run_cannot_be_read_is_not_run_again(bool atMostOnce, bool fails, string expected)
    {
        foreach (var alwaysCold in (bool[])[true, false])
        {
            var (sight, content, probe) = (new Sight(), new MemoryStore(), new Probe());
            probe.Answer = async (_, _) =>
            {
                probe.Gate("begun").TrySetResult();
                await probe.Gate("end").Task;
                return fails ? throw new InvalidOperationException("no luck") : 7;
            };
            await using var world = await World.StartAsync([typeof(Works)], () => content, alwaysCold, probe.Register, o => o.PayloadCodec = sight.Codec);
            var run = await world.Client.StartAsync((Works w) => w.Run(atMostOnce));
            await probe.ReachedAsync("begun");
            await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
            sight.IsBlind = true;
            await run.SignalAsync(Go, "x");
            await world.ParkedAsync(run);
            probe.Gate("end").TrySetResult();
            await world.JournalAsync(run, static l => l.What is "StepSucceeded" or "StepFailed" or "Unreadable");
            var deadline = DateTime.UtcNow + World.Patience;
            while ((await content.Reopen().LoadAsync(run.Id, default))!.Results.Count == 0)
            {
                Assert.True(DateTime.UtcNow < deadline, "The result was not kept.");
                await Task.Delay(5);
            }
            sight.IsBlind = false;
            await run.ResumeAsync();
            await world.UntilAsync(run, static i => i.Status != RunStatus.Parked);
            Assert.Equal(expected, await world.ResultAsync<string>(run));
            Assert.Equal(1, probe.Count("work"));
        }
    }

    [Fact]
    public async Task A_step_whose_run_cannot_be_read_hears_of_its_termination()
    {
        var (sight, probe) = (new Sight(), new Probe());
        probe.Answer = async (_, step) =>
        {
            probe.Gate("begun").TrySetResult();
            step.CancellationToken.Register(() => probe.Gate("heard").TrySetResult());
            await probe.Gate("heard").Task;
            return 0;
        };
        await using var world = await World.StartAsync([typeof(Works)], configure: probe.Register, options: o => o.PayloadCodec = sight.Codec);
        var run = await world.Client.StartAsync((Works w) => w.Run(false));
        await probe.ReachedAsync("begun");
        sight.IsBlind = true;
        await run.SignalAsync(Go, "x");
        await world.ParkedAsync(run);
        await run.TerminateAsync("the key is lost");
        Assert.Equal(RunStatus.Terminated, await run.WaitAsync().WaitAsync(World.Patience));
        await probe.ReachedAsync("heard");
    }

    public sealed class Asks : Workflow
    {
        public async Durable<string> Run()
        {
            try
            {
                return await Child((Whispers w) => w.Run(string.Concat("kum", "quat")));
            }
            catch (ChildFailedException error)
            {
                return error.Message;
            }
        }
    }

    public sealed class Whispers : Workflow
    {
        public async Durable<string> Run(string word) => word + await Receive(Go);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_parent_says_that_its_child_is_set_aside_and_hears_of_its_end(bool alwaysCold)
    {
        var content = new MemoryStore();
        var word = Encoding.UTF8.GetBytes("kumquat");
        PayloadCodec Codec(bool hasKey) => new OddCodec(static plain => plain, encoded => !hasKey && encoded.AsSpan().IndexOf(word) >= 0 ? throw new InvalidOperationException("no key") : encoded);
        RunId parent, child;
        await using (var world = await World.StartAsync([typeof(Asks), typeof(Whispers)], () => content, alwaysCold, options: o => o.PayloadCodec = Codec(hasKey: true)))
        {
            var run = await world.Client.StartAsync((Asks w) => w.Run());
            parent = run.Id;
            await world.UntilAsync(run, static i => i.Waiting.StartsWith("child Whispers", StringComparison.Ordinal));
            child = (await world.Client.ListAsync(new() { Workflow = nameof(Whispers) })).Single().Id;
            await world.UntilAsync(world.Client.GetRun(child), static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
        }
        await using (var world = await World.StartAsync([typeof(Asks), typeof(Whispers)], content.Reopen, alwaysCold, options: o => o.PayloadCodec = Codec(hasKey: false)))
        {
            await world.Client.GetRun(child).SignalAsync(Go, "!");
            await world.ParkedAsync(world.Client.GetRun(child));
            var waits = await world.Client.GetRun(parent).GetInfoAsync();
            Assert.Equal(RunStatus.Running, waits.Status);
            Assert.StartsWith($"child Whispers {child} (op 1)", waits.Waiting, StringComparison.Ordinal);
            Assert.Contains("parked: unreadable: ", waits.Waiting, StringComparison.Ordinal);

            await world.Client.GetRun(child).TerminateAsync("the key is lost");
            Assert.Contains("terminated", await world.ResultAsync<string>(world.Client.GetRun(parent)), StringComparison.Ordinal);
        }
    }
}
