using System.Globalization;

namespace Holdfast.Tests.Runs;

/// <summary>What runs and steps must not see of each other, or of the thread that they happen to be on.</summary>
public sealed class IsolationTests
{
    static readonly AsyncLocal<string?> Tenant = new();

    public sealed class Ambient(Probe probe) : Workflow
    {
        public async Durable<string> Run(string name)
        {
            var text = Seen();
            Tenant.Value = name;
            CultureInfo.CurrentCulture = new("") { NumberFormat = new() { NumberDecimalSeparator = "," } };
            await Inner();
            text += " " + await Step(async step =>
            {
                var before = Seen();
                Tenant.Value = "step";
                await probe.Do("x", step);
                return before;
            });
            text += " " + Seen();
            return text;
        }

        static async Durable Inner()
        {
            await Step(() => Task.FromResult(0));
            Tenant.Value = "inner";
        }

        static string Seen() => $"{Tenant.Value ?? "-"}{CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator}";
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ambient_values_cross_no_await_and_reach_no_step_and_no_other_run(bool alwaysCold)
    {
        var probe = new Probe
        {
            Answer = static async (_, _) =>
        {
            await Task.Yield();
            return 0;
        }
        };
        Tenant.Value = "test";
        await using var world = await World.StartAsync([typeof(Ambient)], alwaysCold: alwaysCold, configure: probe.Register);
        var runs = new List<RunHandle>();
        for (var i = 0; i < 20; i++) runs.Add(await world.Client.StartAsync((Ambient w) => w.Run($"run{i}")));
        foreach (var run in runs) Assert.Equal("-. -. -.", await world.ResultAsync<string>(run));
    }

    public sealed class Shares(List<int> shared) : Workflow
    {
        public async Durable<string> Run()
        {
            var mine = new List<int> { 1 };
            var same = await Step(() => Task.FromResult(mine));
            var twice = await Durable.WhenAll(Step(() => Task.FromResult(shared)), Step(() => Task.FromResult(shared)));
            same.Add(2);
            twice.Item1.Add(3);
            return $"{mine.Count} {same.Count} {twice.Item1.Count} {twice.Item2.Count} {shared.Count}";
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_steps_result_is_never_the_object_that_the_step_holds(bool alwaysCold)
    {
        await using var world = await World.StartAsync(
            [typeof(Shares)], alwaysCold: alwaysCold, configure: static b => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(b.Services, new List<int>()));
        Assert.Equal("1 2 1 0 0", await world.ResultAsync<string>(await world.Client.StartAsync((Shares w) => w.Run())));
    }
}
