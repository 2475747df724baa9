using Holdfast.Hosting;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Tests.Runs;

/// <summary>What is wrong with a registration is said before the first run, and with what to do.</summary>
public sealed class RegistrationTests
{
    public abstract class Nothing : Workflow
    {
        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    [Workflow("")]
    public sealed class Empty : Nothing;

    [Workflow(" \t")]
    public sealed class Blank : Nothing;

    [Workflow(null!)]
    public sealed class Null : Nothing;

    [Workflow("early", Version = 0)]
    public sealed class Early : Nothing;

    [Workflow("refund")]
    public sealed class Refund : Nothing;

    [Workflow("shipment")]
    public sealed class Shipment : Nothing;

    [Theory]
    [InlineData(typeof(Empty), "gives it no name")]
    [InlineData(typeof(Blank), "gives it no name")]
    [InlineData(typeof(Null), "gives it no name")]
    [InlineData(typeof(Early), "its version is 0; versions count from 1")]
    public async Task A_workflow_without_a_name_or_with_a_version_below_one_is_refused(Type workflow, string why)
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([workflow]));
        Assert.Equal(HoldfastError.InvalidWorkflow, error.Error);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains(workflow.Name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Refunds", "registered are 'refund'.")]
    [InlineData("shpment", "registered are 'shipment'.")]
    [InlineData("audit", "registered are 'refund', 'shipment'.")]
    public async Task A_retention_for_a_workflow_that_nobody_registered_is_refused_with_what_may_be_meant(string name, string near)
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([typeof(Refund), typeof(Shipment)], options: o => o.RetainRunsOf(name, Retention.Forever)));
        Assert.Equal(HoldfastError.UnknownWorkflow, error.Error);
        Assert.Contains($"RetainRunsOf names the workflow '{name}', which is not registered here; {near}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_is_one_for_a_class_that_was_not_registered() => Assert.Equal(
        HoldfastError.UnknownWorkflow, (await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([typeof(Refund)], options: o => o.RetainRunsOf<Shipment>(Retention.Forever)))).Error);

    [Fact]
    public async Task A_retired_workflow_may_have_a_rule_and_every_registered_one()
    {
        await using var world = await World.StartAsync([typeof(Refund)], options: o => o.RetainRunsOf("old", Retention.Forever, isRetired: true).RetainRunsOf<Refund>(Retention.Forever));
        Assert.Equal(RunStatus.Completed, await world.EndAsync(await world.Client.StartAsync((Refund w) => w.Run())));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("refund", "REFUND", 0)]
    [InlineData("refund", "refunds", 1)]
    [InlineData("refund", "", 6)]
    [InlineData("", "ab", 2)]
    [InlineData("kitten", "sitting", 3)]
    public void Names_are_as_far_apart_as_letters_must_be_changed(string one, string other, int letters) => Assert.Equal(letters, NearNames.Distance(one, other));

    [Fact]
    public async Task A_second_engine_in_one_container_is_refused_and_the_first_one_is_as_it_was()
    {
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(static o => o.UseStore(static _ => new MemoryStore())).AddWorkflow<Refund>();
        var before = services.Count;
        var error = Assert.Throws<InvalidOperationException>(() => services.AddHoldfast(static o => o.UseStore(static _ => new MemoryStore())));
        Assert.Contains("Pass the HoldfastBuilder", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, services.Count);
        builder.AddWorkflow<Shipment>();
        await using var provider = services.BuildServiceProvider();
        Assert.Equal([typeof(Refund), typeof(Shipment)], provider.GetRequiredService<EngineHost>().Builder.Workflows.Select(static w => w.Type));
    }

    /// <summary>To try it again does not choose one.</summary>
    [Fact]
    public async Task An_engine_without_a_store_is_misuse_and_nothing_that_passes()
    {
        var services = new ServiceCollection();
        services.AddHoldfast(static _ => { }).AddWorkflow<Refund>();
        await using var provider = services.BuildServiceProvider();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => provider.GetRequiredService<IHostedService>().StartAsync(default));
        Assert.StartsWith("No store is chosen: call UseSqlite(path)", error.Message, StringComparison.Ordinal);
    }
}
