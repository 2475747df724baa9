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
        // The questions first: what they showed is then in the history, whatever comes to it meanwhile.
        var questions = new List<(EndedCall Call, byte[]? Frame, byte[]? Reply)>();
        for (var after = 0L; ; after = questions[^1].Call.Number)
        {
            var from = after;
            var (call, frame, reply) = await client.TransactAsync(
                tx => ModelRows.NextEnded(tx, run, from) is { } next ? (next, TextRows.Get(tx, next.Frame), next.Reply is { } kept ? TextRows.Get(tx, kept) : null) : default, cancellation).ConfigureAwait(false);
            if (call is null) break;
            questions.Add((call, frame, reply));
        }
        // Numbered from 0, without a gap; of a run that a sweep has removed meanwhile, there is none.
        var history = await ConversationAsync(client, run, cancellation).ConfigureAwait(false);
        return new(questions.Where(q => q.Call.End <= history.Count).Select(q =>
        {
            var parts = JsonSerializer.Deserialize<string[][]>(q.Frame)!.Select(static p => new PrintedPart(p[0], p[1]));
            var said = RequestPrint.Of(new ModelRequest("", history[(int)q.Call.First..(int)q.Call.End])).Parts.Where(static p => p.IsMessage);
            return new RecordedCall(new([.. parts, .. said]), q.Call.Reply is null ? null : JsonSerializer.Deserialize<ModelReply>(q.Reply), q.Call.Error);
        }));
    }
}
