using System.Text.Json;
using Holdfast.Agents.Ledgers;
using Holdfast.Agents.Models;

namespace Holdfast.Agents.Running;

/// <summary>Reads what the ledger has of an agent, a little in each commit: a run for it would leave all of it behind in its result.</summary>
static class AgentRecords
{
    public static async Task<List<Message>> ConversationAsync(IHoldfastClient client, RunId run, CancellationToken cancellation)
    {
        var messages = new List<Message>();
        while (true)
        {
            var page = await FromOutside.TransactAsync(client, tx => HistoryRows.Read(tx, run, messages.Count, messages.Count + HistoryRows.PageMax), cancellation).ConfigureAwait(false);
            messages.AddRange(page);
            if (page.Count < HistoryRows.PageMax) return messages;
        }
    }

    public static async Task<Cassette> CassetteAsync(IHoldfastClient client, RunId run, CancellationToken cancellation)
    {
        // Numbered from 0, without a gap.
        var history = await ConversationAsync(client, run, cancellation).ConfigureAwait(false);
        var calls = new List<RecordedCall>();
        for (var after = 0L; ;)
        {
            var (call, frame, reply) = await client.TransactAsync(
                tx => ModelRows.NextEnded(tx, run, after) is { } next ? (next, TextRows.Get(tx, next.Frame), next.Reply is { } kept ? TextRows.Get(tx, kept) : null) : default, cancellation).ConfigureAwait(false);
            if (call is null) return new(calls);
            after = call.Number;
            var parts = JsonSerializer.Deserialize<string[][]>(frame)!.Select(static p => new PrintedPart(p[0], p[1]));
            var said = RequestPrint.Of(new ModelRequest("", history[(int)call.First..(int)call.End])).Parts.Where(static p => p.IsMessage);
            calls.Add(new(new([.. parts, .. said]), call.Reply is null ? null : JsonSerializer.Deserialize<ModelReply>(reply), call.Error));
        }
    }
}
