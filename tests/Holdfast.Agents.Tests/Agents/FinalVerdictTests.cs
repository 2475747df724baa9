using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Every proposal has one verdict in the ledger: that of whoever had the last word.</summary>
public sealed class FinalVerdictTests : IDisposable
{
    const int Admit = 1, Repair = 2, Approve = 3, Refuse = 4;

    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    public sealed record Verdict(long Number, string Tool, int Arm, GateStage Stage, string? Rule);

    static Task<List<Verdict>> VerdictsAsync(Desk desk, RunId run) => desk.Client.TransactAsync(tx =>
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = "SELECT number, tool, arm, stage, rule FROM agents_verdict WHERE run = @run ORDER BY number";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@run", run.ToString());
        command.Parameters.Add(parameter);
        using var reader = command.ExecuteReader();
        var verdicts = new List<Verdict>();
        while (reader.Read()) verdicts.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2), (GateStage)reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        return verdicts;
    });

    [Fact]
    public async Task Whoever_has_the_last_word_about_a_proposal_is_recorded()
    {
        var model = new ScriptedModel(
            ScriptedReply.Call("transfer_by_key", Clerks.Arguments()).AndCall("transfer_by_key", Clerks.Arguments()).AndCall("transfer_by_key", Clerks.Arguments(99)),
            ScriptedReply.Call("transfer_by_key", "{\"invoice\":"),
            ScriptedReply.Call("transfer_all", "{}").AndCall("transfer_by_key", Clerks.Arguments(5_000)),
            ScriptedReply.Call("transfer_once", Clerks.Arguments(500)).AndCall("transfer_once", Clerks.Arguments(600)).AndCall("transfer_once", Clerks.Arguments(700)),
            ScriptedReply.Say("Done."));
        var options = new EffectOptions<Transfer> { CostMax = static t => new() { Money = t.Amount == 99 ? 1_000_000 : 1 } };
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, _bank, static (m, t) => new(m, t) { ApprovalTime = TimeSpan.FromSeconds(3) }, options));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Money = 1_000 })));
        Verdict[] before =
        [
            new(1, "transfer_by_key", Admit, GateStage.Policy, "small transfer_by_key"), new(2, "transfer_by_key", Refuse, GateStage.Idempotency, null),
            new(3, "transfer_by_key", Refuse, GateStage.Budget, $"agent {run.Id}"), new(4, "transfer_by_key", Repair, GateStage.Parse, null), new(5, "transfer_all", Repair, GateStage.Parse, null),
            new(6, "transfer_by_key", Refuse, GateStage.Policy, null),
        ];
        var asked = await ApprovalAsync(run, 500);
        // What waits for a person is in the ledger already, with what the gate said.
        Assert.Equal([.. before, .. new[] { 7, 8, 9 }.Select(static n => new Verdict(n, "transfer_once", Approve, GateStage.Policy, "large transfer_once"))], await VerdictsAsync(desk, run.Id));
        await run.AnswerAsync(new(asked.Id, asked.Arguments, IsGranted: false, "Ada"));
        asked = await ApprovalAsync(run, 600);
        await run.AnswerAsync(new(asked.Id, asked.Arguments, IsGranted: true, "Ada"));
        await ApprovalAsync(run, 700);
        Assert.Equal("Done.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(
            [.. before, .. new[] { (7, Refuse, GateStage.Approval), (8, Approve, GateStage.Policy), (9, Refuse, GateStage.Approval) }.Select(static v => new Verdict(v.Item1, "transfer_once", v.Item2, v.Item3, "large transfer_once"))],
            await VerdictsAsync(desk, run.Id));
        Assert.Equal([10m, 600m], _bank.Done.Select(static d => d.Amount));
    }

    static async Task<ApprovalRequest> ApprovalAsync(RunHandle<Clerk, AgentAnswer> run, int amount)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            var pending = await run.QueryAsync(a => a.PendingApprovals);
            if (pending.FirstOrDefault(r => r.Arguments.Contains($"{amount}", StringComparison.Ordinal)) is { } request) return request;
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }
    }

    /// <summary>Carries one call out, and the same again.</summary>
    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectStatus[]> Run(string tool)
        {
            var request = new CallRequest(1, tool, Clerks.Arguments());
            return [(await Carry.Out(toolbox, request)).Status, (await Carry.Out(toolbox, request with { Number = 2 })).Status, (await Carry.Out(toolbox, request with { Arguments = Clerks.Arguments(20) })).Status];
        }
    }

    [Fact]
    public async Task A_call_without_an_agent_has_its_verdict_too_and_another_one_of_its_number_does_not_change_it()
    {
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(_bank).AddSingleton(services => BankTools.Make(services));
            builder.AddWorkflow<Payer>();
        });
        var run = await desk.Client.StartAsync((Payer w) => w.Run("transfer_by_key"));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Refused, EffectStatus.Refused], await desk.ResultAsync<EffectStatus[]>(run));
        Assert.Equal([new(1, "transfer_by_key", Admit, GateStage.Policy, "small transfer_by_key"), new(2, "transfer_by_key", Refuse, GateStage.Idempotency, null)], await VerdictsAsync(desk, run.Id));
    }

    [Fact]
    public async Task A_call_that_was_begun_is_in_doubt_when_the_gate_of_the_next_process_would_refuse_it()
    {
        var reached = new TaskCompletionSource();
        _bank.Middle = async _ =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite);
        };
        Task<Desk> StartAsync(Func<Tool<Transfer>, Policy> rule) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(_bank).AddSingleton(services => new Toolbox(
                new Gate([BankTools.ByKey], [rule(BankTools.ByKey)]), [BankTools.ByKey.Idempotent((t, e) => _bank.TransferAsync(t, e.IdempotencyKey, oncePerKey: true))], services));
            builder.AddWorkflow<Payer>();
        }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));
        RunId run;
        await using (var desk = await StartAsync(static t => t.Admit("all", static _ => true)))
        {
            run = (await desk.Client.StartAsync((Payer w) => w.Run("transfer_by_key"))).Id;
            await reached.Task.WaitAsync(Desk.Patience);
        }
        await using var next = await StartAsync(static t => t.Refuse("none", static _ => true));
        Assert.Equal(EffectStatus.InDoubt, (await next.ResultAsync<EffectStatus[]>(next.Client.GetRun(run)))[0]);
        Assert.Equal(new Verdict(1, "transfer_by_key", Admit, GateStage.Policy, "all"), (await VerdictsAsync(next, run))[0]);
    }
}
