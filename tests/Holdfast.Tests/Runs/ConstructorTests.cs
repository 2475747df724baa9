using Microsoft.Extensions.DependencyInjection;

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

    public sealed class Settings;

    public sealed class Needs(Settings settings) : Workflow
    {
        public async Durable Run() => await Delay(settings is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1));
    }

    static Settings Connect(string connection) => throw new ArgumentException($"Format of the initialization string does not conform: {connection}");

    [Fact]
    public async Task What_a_service_says_when_it_cannot_be_made_is_in_the_log_and_not_in_the_run()
    {
        await using var world = await World.StartAsync([typeof(Needs)], configure: static builder => builder.Services.AddTransient(static _ => Connect("Password=canary")));
        var waiting = (await world.ParkedAsync(await world.Client.StartAsync((Needs w) => w.Run()))).Waiting;
        Assert.StartsWith("parked: cannot be loaded: The services of workflow Needs could not be built: ConstructorTests.Connect threw ArgumentException", waiting, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", waiting, StringComparison.Ordinal);
        Assert.Contains(world.Errors, static e => e.Contains("Password=canary", StringComparison.Ordinal));
    }

    public sealed class Rules(Settings settings)
    {
        public bool HasSettings => settings is not null;
    }

    public sealed class NeedsRules(Rules rules) : Workflow
    {
        public async Durable Run() => await Delay(TimeSpan.FromMilliseconds(rules.HasSettings ? 1 : 0));
    }

    [Fact]
    public async Task Which_service_is_missing_is_said()
    {
        await using var world = await World.StartAsync([typeof(NeedsRules)], configure: static builder => builder.Services.AddTransient<Rules>());
        var waiting = (await world.ParkedAsync(await world.Client.StartAsync((NeedsRules w) => w.Run()))).Waiting;
        Assert.Contains("InvalidOperationException: Unable to resolve service for type 'Holdfast.Tests.Runs.ConstructorTests+Settings'", waiting, StringComparison.Ordinal);
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
