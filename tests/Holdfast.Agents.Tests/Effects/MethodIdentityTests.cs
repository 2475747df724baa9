using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What a method's call is about is what its argument is, and not how a model wrote it.</summary>
public sealed class MethodIdentityTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Case(decimal Number, DateTimeOffset Opened, Dictionary<string, double> Parts);

    public sealed class Till(Bank bank)
    {
        [Tool(EffectKind.Idempotent, Identity = nameof(number)), Description("Pays a claim.")]
        public Task<Receipt> ByNumberAsync(decimal number, decimal amount, EffectContext call) => PayAsync(amount, call);

        [Tool(EffectKind.Idempotent, Identity = nameof(at)), Description("Pays at a time.")]
        public Task<Receipt> ByMomentAsync(DateTimeOffset at, decimal amount, EffectContext call) => PayAsync(amount, call);

        [Tool(EffectKind.Idempotent, Identity = nameof(ratio)), Description("Pays by a ratio.")]
        public Task<Receipt> ByRatioAsync(double? ratio, decimal amount, EffectContext call) => PayAsync(amount, call);

        [Tool(EffectKind.Idempotent, Identity = nameof(text)), Description("Pays by a text.")]
        public Task<Receipt> ByTextAsync(string text, decimal amount, EffectContext call) => PayAsync(amount, call);

        [Tool(EffectKind.Idempotent, Identity = nameof(claim)), Description("Pays a case.")]
        public Task<Receipt> ByCaseAsync(Case claim, decimal amount, EffectContext call) => PayAsync(amount, call);

        Task<Receipt> PayAsync(decimal amount, EffectContext call) => bank.TransferAsync(new("", amount), call.IdempotencyKey, oncePerKey: true);
    }

    [Theory]
    [InlineData("by_number", "number", "4711", "4711.0", true)]
    [InlineData("by_number", "number", "4711", "4.711e3", true)]
    [InlineData("by_number", "number", "0", "-0.00", true)]
    [InlineData("by_number", "number", "4711", "4711.01", false)]
    [InlineData("by_moment", "at", "\"2026-11-30T12:00:00Z\"", "\"2026-11-30T14:00:00.000+02:00\"", true)]
    [InlineData("by_moment", "at", "\"2026-11-30T12:00:00Z\"", "\"2026-11-30T12:00:00+02:00\"", false)]
    [InlineData("by_ratio", "ratio", "0.5", "5e-1", true)]
    [InlineData("by_ratio", "ratio", "null", "0", false)]
    [InlineData("by_text", "text", "\"4711\"", "\"4711.0\"", false)]
    [InlineData("by_text", "text", "\"caf\\u00e9\"", "\"café\"", true)]
    [InlineData("by_case", "claim", "{\"number\":1,\"opened\":\"2026-11-30T12:00:00Z\",\"parts\":{\"a\":1,\"b\":2}}", "{\"parts\":{\"b\":2.0,\"a\":1},\"opened\":\"2026-11-30T11:00:00-01:00\",\"number\":1.00}", true)]
    public async Task The_same_argument_is_the_same_thing_however_it_is_written(string tool, string parameter, string one, string other, bool isSame)
    {
        var methods = ToolMethods.Of<Till>();
        var bank = new Bank();
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(bank).AddSingleton<Till>();
            builder.Services.AddSingleton(services => new Toolbox(new Gate(methods.Select(static e => e.Tool), methods.Select(e => methods.Named(e.Tool.Name).Admit(e.Tool.Name, static _ => true))), methods, services));
            builder.AddWorkflow<ToolMethodTests.Runs>();
        });
        CallRequest[] calls = [.. new[] { one, other }.Select((value, at) => new CallRequest(at + 1, tool, $$"""{"{{parameter}}":{{value}},"amount":{{at + 1}}}"""))];
        var results = await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((ToolMethodTests.Runs w) => w.Run(calls)));
        Assert.Equal(EffectStatus.Succeeded, results[0].Status);
        Assert.Equal(isSame ? (EffectStatus.Refused, GateStage.Idempotency) : (EffectStatus.Succeeded, null), (results[1].Status, results[1].Stage));
        Assert.Equal(isSame ? 1 : 2, bank.Done.Count);
    }
}
