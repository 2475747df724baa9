using System.Text;
using System.Text.Json;
using Holdfast.Agents.Ledgers;
using Holdfast.Agents.Models;

namespace Holdfast.Agents.Running;

/// <summary>
/// Asks a model for an agent, inside a step: new messages, the reservation and what is asked are kept in one commit before the call, and the answer with what it took in the commit of the
/// step's result. An attempt that was cut off keeps its reservation, because nobody knows what it took.
/// </summary>
static class ModelDesk
{
    public static async Task<ModelTurn> AskAsync(StepContext step, AgentDefinition definition, ModelQuestion question)
    {
        var time = definition.Toolbox.Time;
        var call = new ModelCall(question.Number, step.Attempt, question.First, question.Written + question.News.Count);
        var key = $"{step.RunId}-model-{question.Number}-{step.Attempt}";
        ModelRequest? request = null;
        try
        {
            await step.TransactAsync(tx =>
            {
                HistoryRows.Append(tx, question.Written, question.News);
                VerdictRows.Append(tx, question.Verdicts, time.GetUtcNow());
                request = new(definition.Instructions, HistoryRows.Read(tx, tx.RunId, call.First, call.End), question.HasTools ? definition.Toolbox.Gate.Tools : [], definition.ModelOptions);
                foreach (var rate in definition.ModelRates) RateRows.Take(tx, rate, time.GetUtcNow());
                BudgetRows.Reserve(tx, key, question.Account, MostOf(definition, request));
                ModelRows.Start(tx, call, RequestPrint.Of(request), time.GetUtcNow());
            }).ConfigureAwait(false);
        }
        catch (LedgerRefusal refusal)
        {
            return new(null, AgentStatus.OutOfBudget, refusal.Message, refusal.WaitTime);
        }
        var started = time.GetTimestamp();
        ModelReply reply;
        try
        {
            var speaker = definition.Streams?.Open(step.RunId, question.Number, step.Attempt);
            reply = await definition.Models.AskAsync(request!, speaker is null ? null : speaker.SayAsync, step.CancellationToken).ConfigureAwait(false);
        }
        catch (ModelException error)
        {
            // What was refused before the model began cost nothing. Of anything else nobody knows, and the reservation stays.
            var isFree = error.Attempts.All(static a => a.Error is ModelErrorKind.Rejected or ModelErrorKind.Unauthorized or ModelErrorKind.RateLimited);
            var used = new Spending { Tokens = isFree ? 0 : null, Money = isFree ? 0 : null, Time = time.GetElapsedTime(started) };
            await step.TransactAsync(tx => BudgetRows.Settle(tx, key, used)).ConfigureAwait(false);
            if (error.IsTransient) throw;
            return new(null, AgentStatus.NoModel, error.Message);
        }
        var text = JsonSerializer.SerializeToUtf8Bytes(reply);
        step.CommitWithResult(tx =>
        {
            // What models took that failed before this one answered, nobody knows.
            var isKnown = reply.Attempts.Count == 1;
            BudgetRows.Settle(tx, key, new()
            {
                Tokens = isKnown ? reply.Usage.InputTokens + reply.Usage.OutputTokens : null, Money = isKnown ? CostOf(definition, reply) : null, Time = time.GetElapsedTime(started),
            });
            ModelRows.Settle(tx, call, reply, text, time.GetUtcNow());
        });
        return new(reply, null, null);
    }

    /// <summary>Keeps what no question will carry any more.</summary>
    public static Task KeepAsync(StepContext step, AgentDefinition definition, long written, IReadOnlyList<Message> news, IReadOnlyList<ProposalVerdict> verdicts)
    {
        definition.Streams?.Close(step.RunId);
        step.CommitWithResult(tx =>
        {
            HistoryRows.Append(tx, written, news);
            VerdictRows.Append(tx, verdicts, definition.Toolbox.Time.GetUtcNow());
        });
        return Task.CompletedTask;
    }

    /// <summary>Models without a price cost nothing that is counted.</summary>
    static decimal? CostOf(AgentDefinition definition, ModelReply reply) =>
        definition.Models.Models.First(m => m.Name == reply.Model).Price is null ? 0 : reply.Cost;

    /// <summary>
    /// What a call may take at most: a token of text has at least one byte, so a request has no more tokens than bytes. If one model fails and the next is asked, both may have been paid for.
    /// </summary>
    static Spending MostOf(AgentDefinition definition, ModelRequest request)
    {
        const int BytesForEachPart = 64;
        long input = Encoding.UTF8.GetByteCount(request.Instructions) + BytesForEachPart;
        foreach (var message in request.Messages) input += message.ToJson().Length + BytesForEachPart;
        foreach (var tool in request.Tools) input += tool.Schema.ToJson().Length + Encoding.UTF8.GetByteCount(tool.Description) + BytesForEachPart;
        var models = definition.Models.Models;
        // Where no limit is asked for, nobody can say what an answer may take; more than this no model gives today.
        long output = definition.ModelOptions.OutputTokensMax ?? 1_000_000;
        return new()
        {
            Tokens = (input + output) * models.Count,
            Money = models.Sum(m => m.Price?.CostOf(new(input, output, 0)) ?? 0),
            Time = TimeSpan.FromTicks(models.Sum(static m => m.Timeout.Ticks)),
        };
    }
}

/// <summary>What an agent wants to ask its model, as the run keeps it.</summary>
/// <param name="Number">The question's number in the run.</param>
/// <param name="First">The first message of the conversation that the model is shown.</param>
/// <param name="Written">How many messages of the conversation are kept already.</param>
/// <param name="News">Those that come behind them.</param>
/// <param name="Verdicts">What became of the proposals since the last question.</param>
/// <param name="Account">The account to draw on.</param>
/// <param name="HasTools">Whether the model may call tools.</param>
sealed record ModelQuestion(long Number, long First, long Written, IReadOnlyList<Message> News, IReadOnlyList<ProposalVerdict> Verdicts, AccountId Account, bool HasTools);
