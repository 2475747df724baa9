using Holdfast.Frames;

namespace Holdfast.Tests.Runs;

/// <summary>Scopes side by side know nothing of each other: what one costs does not grow with how many others there are.</summary>
public sealed class ScopeWorkTests
{
    public sealed record Many(int Scopes, string Way);

    public sealed class SideBySide(Probe probe) : Workflow
    {
        static readonly Signal<int> Never = new("never");

        /// <summary>How many durables were looked at to find what the scopes hold.</summary>
        public async Durable<long> Run(Many many)
        {
            var scopes = new List<CancelScope>();
            var parts = new List<Durable>();
            for (var i = 0; i < many.Scopes; i++) parts.Add(InScope(scope => Part(many.Way, scope, scopes)));
            if (many.Way == "cancelled from outside")
                foreach (var scope in scopes) scope.Cancel();
            foreach (var part in parts) await Quietly(part);
            return RunGraph.Required.Visited;
        }

        async Durable Part(string way, CancelScope scope, List<CancelScope> scopes)
        {
            scopes.Add(scope);
            switch (way)
            {
                case "ends":
                    await Step(step => probe.Do("work", step));
                    break;
                case "leaves work":
                    _ = Receive(Never);
                    _ = Later(Delay(TimeSpan.FromDays(1)));
                    await Delay(TimeSpan.FromMilliseconds(1));
                    break;
                case "cancels itself":
                    var waits = Receive(Never);
                    _ = Later(Delay(TimeSpan.FromDays(1)));
                    scope.Cancel();
                    await waits;
                    break;
                default:
                    await InScope(_ => Receive(Never), deadline: TimeSpan.FromDays(1));
                    break;
            }
        }

        static async Durable Later(Durable what) => await what;

        internal static async Durable Quietly(Durable part)
        {
            try
            {
                await part;
            }
            catch (OperationCanceledException)
            {
                // As it was meant.
            }
        }
    }

    [Theory]
    [InlineData("ends")]
    [InlineData("leaves work")]
    [InlineData("cancels itself")]
    [InlineData("cancelled from outside")]
    public async Task What_a_scope_costs_does_not_grow_with_the_number_of_others(string way)
    {
        async Task<long> VisitedAsync(int scopes)
        {
            var probe = new Probe();
            await using var world = await World.StartAsync([typeof(SideBySide)], alwaysCold: false, configure: probe.Register);
            return await world.ResultAsync<long>(await world.Client.StartAsync((SideBySide w) => w.Run(new(scopes, way))));
        }

        var (few, many) = (await VisitedAsync(25), await VisitedAsync(400));
        Assert.True(many <= (few + 25) * 16 * 2, $"25 scopes looked at {few} durables, 400 at {many}");
    }

    [Fact]
    public async Task Scopes_that_wait_for_the_same_thing_outside_are_cancelled_alike_hot_and_cold()
    {
        var told = new List<string>();
        foreach (var alwaysCold in (bool[])[true, false])
        {
            var probe = new Probe();
            await using var world = await World.StartAsync([typeof(Shared)], alwaysCold: alwaysCold, configure: probe.Register);
            var run = await world.Client.StartAsync((Shared w) => w.Run());
            await world.UntilAsync(run, static i => i.Waiting.Contains("signal 'go'", StringComparison.Ordinal));
            await run.SignalAsync(new Signal<int>("go"), 1);
            told.Add(await world.ResultAsync<string>(run));
        }
        Assert.Equal(told[0], told[1]);
        // What waits for the outside alone stops at once; an op of the scope's own is given up first.
        Assert.Equal("a0 b0 a1 a2 b2 b1", told[0]);
    }

    public sealed class Shared : Workflow
    {
        readonly List<string> _told = [];

        public async Durable<string> Run()
        {
            var outside = Receive(new Signal<int>("never"));
            var scopes = new List<CancelScope>();
            var parts = Enumerable.Range(0, 3).Select(i => InScope(async scope =>
            {
                scopes.Add(scope);
                await Durable.WhenAll(Waits($"a{i}", outside), Waits($"b{i}", i == 1 ? Receive(new Signal<int>("own")) : outside));
            })).ToList();
            await Receive(new Signal<int>("go"));
            foreach (var scope in scopes) scope.Cancel();
            foreach (var part in parts) await SideBySide.Quietly(part);
            return string.Join(' ', _told);
        }

        async Durable Waits(string name, Durable<int> what)
        {
            try
            {
                await what;
            }
            finally
            {
                _told.Add(name);
            }
        }
    }
}
