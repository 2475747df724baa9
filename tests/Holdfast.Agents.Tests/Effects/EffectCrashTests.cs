using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Processes that die at every commit of a call, before it and after it.</summary>
public sealed class EffectCrashTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Came(EffectStatus Status, long Reserved, long Spent);

    public sealed class Carries(Toolbox toolbox) : Workflow
    {
        public async Durable<Came> Run(string tool)
        {
            var account = new AccountId(RunId.ToString());
            await Carry.OpenAccount(new("company"), new() { Calls = 1 });
            await Carry.OpenAccount(account, new() { Calls = 1 }, new("company"));
            var request = new CallRequest(1, tool, """{"invoice":"A-1","amount":10}""") { Account = account };
            var result = await Carry.Out(toolbox, request);
            // Where the world can be asked, it is asked until it answers.
            while (result.Status == EffectStatus.InDoubt && tool == "transfer_by_asking") result = await Carry.Out(toolbox, request);
            var company = await Carry.ReadAccount(new("company"));
            return new(result.Status, company!.Reserved.Calls!.Value, company.Spent.Calls!.Value);
        }
    }

    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (var tool in new[] { "quote", "look", "transfer_by_key", "transfer_by_asking", "transfer_once" })
        {
            cases.Add(tool, false);
            cases.Add(tool, true);
        }
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Whenever_the_process_dies_the_effect_is_what_its_kind_says(string tool, bool keepsLast)
    {
        var statuses = new HashSet<EffectStatus>();
        for (var deaths = 0; ; deaths++)
        {
            var (bank, file) = (new Bank(), $"{deaths}.db");
            Action<HoldfastBuilder> configure = builder =>
            {
                builder.Services.AddSingleton(bank).AddSingleton(services => BankTools.Make(services));
                builder.AddWorkflow<Carries>();
            };
            var dying = default(DyingStore);
            await using (var desk = await Desk.StartAsync(() => dying = new(_files.Open(file), deaths, keepsLast), configure))
            {
                try
                {
                    var run = await desk.Client.StartAsync((Carries w) => w.Run(tool), key: "carries");
                    await Task.WhenAny(dying!.Died, run.WaitAsync());
                }
                catch (HoldfastException)
                {
                    // It died before it could say that the run is there.
                }
            }
            await using var next = await Desk.StartAsync(() => _files.Open(file), configure);
            var came = await next.ResultAsync<Came>(await next.Client.StartAsync((Carries w) => w.Run(tool), key: "carries"));
            var shown = $"death {deaths}: {JsonSerializer.Serialize(came)}, {bank.Done.Count} done, {bank.Asked} asked";
            statuses.Add(came.Status);
            Assert.True(bank.Done.Count <= 1, shown);
            Assert.True(came.Reserved + came.Spent == 1, shown);
            Assert.True(came.Reserved == (came.Status == EffectStatus.InDoubt ? 1 : 0), shown);
            if (tool != "transfer_once") Assert.True(came.Status == EffectStatus.Succeeded, shown);
            if (came.Status == EffectStatus.Succeeded && tool != "quote") Assert.True(bank.Done.Count == 1, shown);
            if (!dying!.Died.IsCompleted) break;
        }
        // A call that cannot be repeated must have been in doubt somewhere, or nothing was cut off in its middle.
        Assert.Equal(tool == "transfer_once", statuses.Contains(EffectStatus.InDoubt));
    }
}
