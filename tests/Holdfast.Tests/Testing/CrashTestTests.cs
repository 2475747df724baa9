using System.Runtime.CompilerServices;
using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Testing;

/// <summary>A crash at every durable point finds what only a crash shows, and says where.</summary>
public sealed class CrashTestTests
{
    public sealed class Ledger
    {
        public List<string> Lines { get; } = [];

        public HashSet<string> Keys { get; } = [];

        public Task<int> PayAsync(int cents, string? key)
        {
            lock (Lines)
            {
                if (key is null || Keys.Add(key)) Lines.Add($"{cents}");
                return Task.FromResult(Lines.Count);
            }
        }
    }

    /// <summary>What a process remembers for itself.</summary>
    public sealed class Cache
    {
        public int Total { get; set; }
    }

    public sealed class Careful(Ledger ledger) : Workflow
    {
        public static readonly Signal<int> More = new("more");

        public async Durable<int> Run(int[] parts)
        {
            var total = 0;
            foreach (var part in parts)
            {
                await Step(step => ledger.PayAsync(part, step.IdempotencyKey));
                total += part;
            }
            total += await Receive(More);
            var beside = await Durable.WhenAll([Pay(1), Pay(2)]);
            await Delay(TimeSpan.FromDays(3));
            return total + await Child((Leaf w) => w.Run(beside.Length));
        }

        async Durable<int> Pay(int cents)
        {
            await Delay(TimeSpan.FromMinutes(cents));
            return await Step(step => ledger.PayAsync(cents, step.IdempotencyKey));
        }
    }

    public sealed class Leaf : Workflow
    {
        public async Durable<int> Run(int number)
        {
            await Delay(TimeSpan.FromSeconds(1));
            return number * 1_000;
        }
    }

    /// <summary>Pays again when it is killed at the wrong moment.</summary>
    public sealed class Careless(Ledger ledger) : Workflow
    {
        public async Durable<int> Run(int cents)
        {
            await Step(() => ledger.PayAsync(cents, null));
            return cents;
        }
    }

    /// <summary>Keeps its sum in the process.</summary>
    public sealed class Forgetful(Cache cache) : Workflow
    {
        public async Durable<int> Run(int[] parts)
        {
            foreach (var part in parts)
            {
                cache.Total += part;
                var soFar = cache.Total;
                await Delay(TimeSpan.FromMinutes(1));
                if (soFar < 0) return -1;
            }
            return cache.Total;
        }

        /// <summary>Seven lines above this property.</summary>
        public static int LineOfAwait => Line() - 7;

        static int Line([CallerLineNumber] int here = 0) => here;
    }

    static CrashPlan<Ledger, int> Plan<TWorkflow>() where TWorkflow : Workflow => new()
    {
        World = static () => new(),
        Configure = static (builder, ledger) =>
        {
            builder.Services.AddSingleton(ledger);
            builder.AddWorkflow<TWorkflow>().AddWorkflow<Leaf>();
        },
    };

    [Fact]
    public async Task A_correct_workflow_ends_the_same_wherever_it_is_killed()
    {
        var worlds = new List<Ledger>();
        var report = await CrashTest.CrashEverywhereAsync((Careful w) => w.Run(new[] { 10, 20 }), new CrashPlan<Ledger, int>
        {
            World = () =>
            {
                worlds.Add(new());
                return worlds[^1];
            },
            Configure = Plan<Careful>().Configure,
            Acts = [run => run.SignalAsync(Careful.More, 5, dedupKey: "once")],
            Check = static (ledger, result) => Assert.Equal("10,20,1,2=2035", $"{string.Join(',', ledger.Lines)}={result}"),
        });
        Assert.Equal("2035", report.Result);
        Assert.True(report.Commits > 10, report.ToString());
        Assert.Equal(2 * report.Commits, report.Kills);
        Assert.Equal(report.Kills + 2, worlds.Count);
    }

    [Fact]
    public async Task A_step_that_is_not_idempotent_is_found()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(() => CrashTest.CrashEverywhereAsync((Careless w) => w.Run(500), new CrashPlan<Ledger, int>
        {
            World = Plan<Careless>().World,
            Configure = Plan<Careless>().Configure,
            Check = static (ledger, _) => Assert.Single(ledger.Lines),
        }));
        Assert.Contains("just before commit", found.Message, StringComparison.Ordinal);
        Assert.Contains("after step 'PayAsync' (op 1)", found.Message, StringComparison.Ordinal);
        Assert.True(found.Message.Contains("IdempotencyKey", StringComparison.Ordinal), found.Message);
    }

    [Fact]
    public async Task State_outside_of_the_run_is_found_with_the_line_and_the_variable()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(() => CrashTest.CrashEverywhereAsync((Forgetful w) => w.Run(new[] { 10, 20, 30 }), static builder =>
        {
            builder.Services.AddSingleton<Cache>();
            builder.AddWorkflow<Forgetful>();
        }));
        Assert.Contains("straight:   60", found.Message, StringComparison.Ordinal);
        Assert.Contains($"Forgetful.Run, CrashTestTests.cs:{Forgetful.LineOfAwait}: 'soFar' is 30 in the straight run, and 20 in the other", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_fails_its_check_without_a_kill_is_told_apart()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(() => CrashTest.CrashEverywhereAsync((Careless w) => w.Run(500), new CrashPlan<Ledger, int>
        {
            World = Plan<Careless>().World,
            Configure = Plan<Careless>().Configure,
            Check = static (_, result) => Assert.Equal(1, result),
        }));
        Assert.Contains("without any kill", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_kills_are_spread_over_all_places()
    {
        var report = await CrashTest.CrashEverywhereAsync((Careful w) => w.Run(new[] { 10 }), new CrashPlan<Ledger, int>
        {
            World = Plan<Careful>().World,
            Configure = Plan<Careful>().Configure,
            Acts = [run => run.SignalAsync(Careful.More, 5)],
            KillsMax = 4,
        });
        Assert.Equal(4, report.Kills);
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

    public sealed class Gives : Workflow
    {
        public async Durable<int> Run(string up)
        {
            await Delay(TimeSpan.FromDays(1));
            throw new InvalidOperationException(up);
        }
    }

    [Fact]
    public async Task A_run_that_stands_still_is_no_run_that_survives()
    {
        var checks = 0;
        var found = await Assert.ThrowsAsync<WorkflowStandsException>(() => CrashTest.CrashEverywhereAsync((Careful w) => w.Run(new[] { 10 }), new CrashPlan<Ledger, int>
        {
            World = Plan<Careful>().World,
            Configure = Plan<Careful>().Configure,
            Check = (_, _) => checks++,
        }));
        Assert.Matches("^Run [0-9A-Z]{26} of 'Careful' waits for signal 'more', and no timer is due: nothing can happen unless the test brings it, as one of the plan's Acts\\.$", found.Message);
        Assert.Equal(0, checks);
    }

    [Fact]
    public async Task Nor_is_one_that_is_parked()
    {
        var found = await Assert.ThrowsAsync<WorkflowStandsException>(() => CrashTest.CrashEverywhereAsync((Holds w) => w.Run(), static builder => builder.AddWorkflow<Holds>()));
        Assert.Contains("of 'Holds' is parked: not savable", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_fails_cannot_pass_a_check_and_without_one_its_ends_are_compared()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(() => CrashTest.CrashEverywhereAsync((Gives w) => w.Run("no more."), new CrashPlan<Ledger, int>
        {
            World = Plan<Gives>().World,
            Configure = Plan<Gives>().Configure,
            Check = static (_, _) => { },
        }));
        Assert.Equal("The run does not complete without any kill, so there is no result to check: Failed: System.InvalidOperationException: no more.", found.Message);
        var report = await CrashTest.CrashEverywhereAsync((Gives w) => w.Run("no more."), static builder => builder.AddWorkflow<Gives>());
        Assert.EndsWith("all ended with Failed: System.InvalidOperationException: no more.", report.ToString(), StringComparison.Ordinal);
    }
}
