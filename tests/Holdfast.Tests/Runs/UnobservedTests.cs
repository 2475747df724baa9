namespace Holdfast.Tests.Runs;

/// <summary>A failure that nobody looks at is not lost: it fails the run.</summary>
public sealed class UnobservedTests
{
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };

    public sealed class Leaves(Probe probe) : Workflow
    {
        public async Durable<string> Run(string what)
        {
            switch (what)
            {
                case "step": _ = Step(() => throw new InvalidOperationException("seen by nobody"), Once); break;
                case "call": _ = Call<int>("fails", 1, Once); break;
                case "method": _ = Fails(); break;
                case "child": _ = Child((Leaves w) => w.Run("throw")); break;
                case "scope": _ = InScope(async _ => await Fails()); break;
                case "throw": throw new InvalidOperationException("seen by nobody");
            }
            var looked = what == "looked at" ? Step(() => Task.FromException<int>(new InvalidOperationException("seen")), Once) : null;
            // The failure comes first, in a turn of its own.
            await Receive(new Signal<int>("go"));
            if (looked is not null) _ = (await looked.Outcome()).Error;
            await Step(step => probe.Do("after", step));
            return "nothing happened";
        }

        static async Durable Fails()
        {
            await Step(() => Task.CompletedTask);
            throw new InvalidOperationException("seen by nobody");
        }
    }

    [Theory]
    [InlineData("step")]
    [InlineData("call")]
    [InlineData("method")]
    [InlineData("child")]
    [InlineData("scope")]
    public async Task A_failure_that_nobody_awaits_fails_the_run_once_its_code_has_ended(string what)
    {
        foreach (var alwaysCold in (bool[])[true, false])
        {
            var probe = new Probe();
            await using var world = await StartAsync(probe, alwaysCold);
            var run = await world.Client.StartAsync((Leaves w) => w.Run(what));
            await world.JournalAsync(run, l => l.What == "StepFailed" || (l.What == "ChildSettled" && l.Text.Contains("failed", StringComparison.Ordinal)) || (l.What == "StepSucceeded" && what is "method" or "scope"));
            await run.SignalAsync(new Signal<int>("go"), 1);
            var failed = await Assert.ThrowsAsync<HoldfastException>(() => world.ResultAsync<string>(run));
            Assert.Equal(HoldfastError.RunFailed, failed.Error);
            Assert.Contains("seen by nobody", failed.Message, StringComparison.Ordinal);
            // The code itself went on to its end.
            Assert.Equal(1, probe.Count("after"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_was_looked_at_does_not(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await StartAsync(probe, alwaysCold);
        var run = await world.Client.StartAsync((Leaves w) => w.Run("looked at"));
        await world.JournalAsync(run, static l => l.What == "StepFailed");
        await run.SignalAsync(new Signal<int>("go"), 1);
        Assert.Equal("nothing happened", await world.ResultAsync<string>(run));
    }

    static Task<World> StartAsync(Probe probe, bool alwaysCold) => World.StartAsync([typeof(Leaves)], alwaysCold: alwaysCold, configure: builder =>
    {
        probe.Register(builder);
        builder.AddStep<int, int>("fails", static (_, _) => throw new InvalidOperationException("seen by nobody"));
    });
}
