using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A moment is the same by every clock: a call that spells it with another offset is the same call.</summary>
public sealed class SameMomentTests : IDisposable
{
    static readonly Tool<Instalment> Pay = new("pay", 1, "Pays what is due.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Instalment(string Invoice, DateTimeOffset Due, Dictionary<string, DateTimeOffset[]>? Others = null);

    [Theory]
    [InlineData("\"2026-01-01T10:00:00Z\"", "\"2026-01-01T12:00:00+02:00\"", true)]
    [InlineData("\"2026-01-01T12:00:00+02:00\"", "\"2026-01-01T10:00:00.000Z\"", true)]
    [InlineData("\"2026-01-01T10:00:00Z\",\"others\":{\"a\":[\"2026-01-01T10:00:00Z\"]}", "\"2026-01-01T10:00:00Z\",\"others\":{\"a\":[\"2026-01-01T05:00:00-05:00\"]}", true)]
    [InlineData("\"2026-01-01T10:00:00Z\"", "\"2026-01-01T10:00:00+02:00\"", false)]
    public async Task A_call_with_the_same_moments_is_done_once_whatever_their_offsets(string one, string other, bool isSame)
    {
        var paid = 0;
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate([Pay], [Pay.Admit("all", static _ => true)]), [Pay.AtMostOnce((_, _) => Task.FromResult(Interlocked.Increment(ref paid)))], services));
            builder.AddWorkflow<ToolMethodTests.Runs>();
        });
        CallRequest[] calls = [.. new[] { one, other }.Select(static (due, at) => new CallRequest(at + 1, "pay", $$"""{"invoice":"A-1","due":{{due}}}"""))];
        var results = await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((ToolMethodTests.Runs w) => w.Run(calls)));
        Assert.Equal((EffectStatus.Succeeded, isSame ? EffectStatus.Refused : EffectStatus.Succeeded), (results[0].Status, results[1].Status));
        Assert.Equal((isSame ? GateStage.Idempotency : null, isSame ? 1 : 2), (results[1].Stage, paid));
    }

    [Fact]
    public void What_is_shown_and_approved_keeps_its_offset()
    {
        var gate = new Gate([Pay], [Pay.Admit("all", static _ => true)]);
        var call = (Call)gate.Decide("""{"tool":"pay","arguments":{"invoice":"A-1","due":"2026-01-01T12:00:00+02:00"}}""").Taken().Content;
        Assert.Contains("2026-01-01T12:00:00.0000000+02:00", System.Text.Encoding.UTF8.GetString(call.CanonicalArguments()), StringComparison.Ordinal);
    }
}
