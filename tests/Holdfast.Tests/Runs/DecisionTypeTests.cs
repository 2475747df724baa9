using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A decision on a step in doubt is of the step's type, or it is refused while nothing is kept and the step is in doubt as before.</summary>
public sealed class DecisionTypeTests
{
    public sealed record Receipt(string Id, int Amount);

    public sealed record Voucher(string Id, int Amount);

    public sealed class Decided(Probe probe) : Workflow
    {
        public async Durable<string> Run(string kind)
        {
            StepOptions once = new() { AtMostOnce = true, Label = kind };
            return kind switch
            {
                "int" => $"{await Step(step => Never<int>(probe, step), once)}",
                "int?" => $"{await Step(step => Never<int?>(probe, step), once)}",
                "double" => (await Step(step => Never<double>(probe, step), once)).ToString(System.Globalization.CultureInfo.InvariantCulture),
                "string" => await Step(step => Never<string>(probe, step), once) ?? "null",
                "receipt" => $"{await Step(step => Never<Receipt>(probe, step), once)}",
                "numbers" => string.Join(" ", await Step(step => Never<uint[]>(probe, step), once)),
                "object" => $"{await Step(step => Never<object>(probe, step), once)}",
                "call" => $"{await Call<int>("price", "book", once)}",
                _ => await Nothing(once),
            };
        }

        async Durable<string> Nothing(StepOptions once)
        {
            await Step(async step => { await Never<int>(probe, step); }, once);
            return "done";
        }
    }

    static async Task<T> Never<T>(Probe probe, StepContext step)
    {
        probe.Gate("begun").TrySetResult();
        await Task.Delay(Timeout.Infinite, step.CancellationToken);
        return default!;
    }

    static Task<World> StartAsync(Probe probe, MemoryStore store, bool alwaysCold, params Type[] workflows) => World.StartAsync(
        workflows, store.Reopen, alwaysCold,
        builder =>
        {
            probe.Register(builder);
            builder.AddStep<string, int>("price", (_, step) => Never<int>(probe, step));
        },
        static o => o.StopTime = TimeSpan.Zero);

    /// <summary>A run whose step was cut off.</summary>
    static async Task<RunId> CutOffAsync(Probe probe, MemoryStore store, string kind, bool alwaysCold = true)
    {
        await using var first = await StartAsync(probe, store, alwaysCold, typeof(Decided));
        var run = await first.Client.StartAsync((Decided w) => w.Run(kind));
        await probe.ReachedAsync("begun");
        return run.Id;
    }

    static async Task<InDoubtStep> DoubtAsync(World world, RunId run)
    {
        await world.UntilAsync(world.Client.GetRun(run), static i => i.Waiting.Contains("in doubt", StringComparison.Ordinal));
        return Assert.Single(await world.Client.ListInDoubtAsync());
    }

    [Theory]
    [InlineData("int", true)]
    [InlineData("int", false)]
    [InlineData("int?", true)]
    [InlineData("double", true)]
    [InlineData("string", true)]
    [InlineData("receipt", true)]
    [InlineData("numbers", true)]
    [InlineData("call", true)]
    [InlineData("call", false)]
    [InlineData("nothing", true)]
    public async Task A_decision_of_another_type_is_refused_and_the_step_stays_in_doubt(string kind, bool alwaysCold)
    {
        var (probe, store) = (new Probe(), new MemoryStore());
        var id = await CutOffAsync(probe, store, kind, alwaysCold);
        await using var world = await StartAsync(probe, store, alwaysCold, typeof(Decided));
        var doubt = await DoubtAsync(world, id);
        (InDoubtDecision Decision, string Type)[] misfits = kind switch
        {
            "int" =>
            [
                (InDoubtDecision.Succeeded(7u), "System.UInt32"), (InDoubtDecision.Succeeded((byte)7), "System.Byte"), (InDoubtDecision.Succeeded(7L), "System.Int64"), (InDoubtDecision.Succeeded("7"), "System.String"),
                (InDoubtDecision.Succeeded<int?>(null), "System.Nullable`1[System.Int32]"), (InDoubtDecision.Succeeded(DayOfWeek.Friday), "System.DayOfWeek"), (InDoubtDecision.Succeeded(), "no value"),
            ],
            "int?" => [(InDoubtDecision.Succeeded(7L), "System.Int64"), (InDoubtDecision.Succeeded<string?>(null), "System.String"), (InDoubtDecision.Succeeded(), "no value")],
            "double" => [(InDoubtDecision.Succeeded(7), "System.Int32"), (InDoubtDecision.Succeeded(DateTime.UtcNow), "System.DateTime"), (InDoubtDecision.Succeeded(7f), "System.Single")],
            "string" => [(InDoubtDecision.Succeeded(7), "System.Int32"), (InDoubtDecision.Succeeded(), "no value")],
            "receipt" => [(InDoubtDecision.Succeeded(new Voucher("r", 3)), typeof(Voucher).ToString()), (InDoubtDecision.Succeeded(new object()), "System.Object")],
            // To the runtime, the first is an array of what is wanted.
            "numbers" => [(InDoubtDecision.Succeeded(new[] { -7 }), "System.Int32[]"), (InDoubtDecision.Succeeded(new List<uint> { 7 }), "System.Collections.Generic.List`1[System.UInt32]")],
            "call" => [(InDoubtDecision.Succeeded("txt"), "System.String"), (InDoubtDecision.Succeeded(), "no value"), (InDoubtDecision.Succeeded(7L), "System.Int64")],
            _ => [(InDoubtDecision.Succeeded(7), "System.Int32"), (InDoubtDecision.Succeeded<string?>(null), "System.String")],
        };
        var wanted = kind switch
        {
            "int" or "call" => "System.Int32",
            "int?" => "System.Nullable`1[System.Int32]",
            "double" => "System.Double",
            "string" => "System.String",
            "receipt" => typeof(Receipt).ToString(),
            "numbers" => "System.UInt32[]",
            _ => "no value",
        };
        foreach (var (decision, type) in misfits)
        {
            var refused = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.ResolveInDoubtAsync(doubt, decision).WaitAsync(World.Patience));
            Assert.Equal(HoldfastError.Misuse, refused.Error);
            Assert.All([$"'{kind}' (op 1) of run {id}", $"gives {wanted}", $"is {type}"], part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
            Assert.Equal(doubt, Assert.Single(await world.Client.ListInDoubtAsync()));
        }
        Assert.DoesNotContain(await world.Client.GetRun(id).ReadJournalAsync(), static l => l.What == "StepDecided");
        var (right, expected) = kind switch
        {
            "int" or "call" => (InDoubtDecision.Succeeded(7), "7"),
            "int?" => (InDoubtDecision.Succeeded(7), "7"),
            "double" => (InDoubtDecision.Succeeded(7.5), "7.5"),
            "string" => (InDoubtDecision.Succeeded<string?>(null), "null"),
            "receipt" => (InDoubtDecision.Succeeded(new Receipt("r", 3)), "Receipt { Id = r, Amount = 3 }"),
            "numbers" => (InDoubtDecision.Succeeded(new[] { 7u, 8u }), "7 8"),
            _ => (InDoubtDecision.Succeeded(), "done"),
        };
        await world.Client.ResolveInDoubtAsync(doubt, right);
        Assert.Equal(expected, await world.ResultAsync<string>(world.Client.GetRun(id)));
    }

    [Fact]
    public async Task What_can_be_assigned_to_the_type_fits_it()
    {
        var (probe, store) = (new Probe(), new MemoryStore());
        var id = await CutOffAsync(probe, store, "object");
        await using var world = await StartAsync(probe, store, alwaysCold: true, typeof(Decided));
        await world.Client.ResolveInDoubtAsync(await DoubtAsync(world, id), InDoubtDecision.Succeeded(new Receipt("r", 3)));
        Assert.Equal("Receipt { Id = r, Amount = 3 }", await world.ResultAsync<string>(world.Client.GetRun(id)));
    }

    /// <summary>Of a run that cannot be read here nobody knows what its step gives; that it did not happen can be said of any.</summary>
    [Fact]
    public async Task Where_the_run_cannot_be_read_a_value_is_refused_and_a_failure_is_kept()
    {
        var (probe, store) = (new Probe(), new MemoryStore());
        var id = await CutOffAsync(probe, store, "int");
        await using (var same = await StartAsync(probe, store, alwaysCold: true, typeof(Decided))) await DoubtAsync(same, id);
        await using (var other = await StartAsync(probe, store, alwaysCold: true, typeof(CrashTests.Charges)))
        {
            var doubt = Assert.Single(await other.Client.ListInDoubtAsync());
            var refused = await Assert.ThrowsAsync<HoldfastException>(() => other.Client.ResolveInDoubtAsync(doubt, InDoubtDecision.Succeeded(7)).WaitAsync(World.Patience));
            Assert.Equal(HoldfastError.UnknownWorkflow, refused.Error);
            Assert.Contains($"'int' (op 1) of run {id}", refused.Message, StringComparison.Ordinal);
            Assert.Equal(doubt, Assert.Single(await other.Client.ListInDoubtAsync()));
            await other.Client.ResolveInDoubtAsync(doubt, InDoubtDecision.Failed("it never came"));
        }
        await using var world = await StartAsync(probe, store, alwaysCold: true, typeof(Decided));
        var error = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.GetRun(id).ResultAsync<string>().WaitAsync(World.Patience));
        Assert.Contains("it never came", error.Message, StringComparison.Ordinal);
    }
}
