namespace Holdfast.Tests.Runs;

/// <summary>A workflow's constructor that throws sets the run aside, unless what it met passes by itself.</summary>
public sealed class ConstructorTests
{
    public sealed class MakesADurable : Workflow
    {
        readonly Durable _delay = Durable.Delay(TimeSpan.FromMilliseconds(1));

        public async Durable Run() => await _delay;
    }

    /// <summary>Builds something that is not set up.</summary>
    public sealed class LacksASecret : Workflow
    {
        public LacksASecret() => throw new HoldfastException(HoldfastError.UnknownSecret, "No vault is here.");

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    /// <summary>Meets a store, not this one, that is not there for now.</summary>
    public sealed class Meets : Workflow
    {
        public Meets(Probe probe)
        {
            probe.Note("built");
            if (probe.Count("built") == 1) throw new HoldfastException(HoldfastError.StoreUnavailable, "Not now.");
        }

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(typeof(MakesADurable), "parked: misuse: The services of workflow MakesADurable could not be built: HoldfastException: Durable operations work only inside a run")]
    [InlineData(typeof(LacksASecret), "parked: cannot be loaded: The services of workflow LacksASecret could not be built: HoldfastException: No vault is here.")]
    public async Task A_constructor_that_throws_an_error_of_holdfast_parks_the_run_as_any_other_does(Type workflow, string reason)
    {
        await using var world = await World.StartAsync([workflow]);
        var run = workflow == typeof(MakesADurable) ? await world.Client.StartAsync((MakesADurable w) => w.Run()) : (RunHandle)await world.Client.StartAsync((LacksASecret w) => w.Run());
        Assert.StartsWith(reason, (await world.ParkedAsync(run)).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_throws_what_passes_is_tried_again()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Meets)], configure: probe.Register);
        await world.UntilAsync(await world.Client.StartAsync((Meets w) => w.Run()), static i => i.Status == RunStatus.Completed);
    }
}
