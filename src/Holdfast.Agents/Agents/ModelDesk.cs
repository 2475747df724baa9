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
        // Before the commit, and in pages: a long conversation would hold up every other one.
        List<Message> shown = [.. await ReadAsync(step, question.First, question.Written).ConfigureAwait(false), .. question.News.Skip((int)Math.Max(0, question.First - question.Written))];
        var request = new ModelRequest(definition.Instructions, shown, definition.Toolbox.Gate.Tools, definition.ModelOptions) { MayCall = question.HasTools };
        var frame = ModelFrame.Of(request);
        var first = definition.ModelRates.Count == 0 ? 0 : await FirstAsync(step, definition, question).ConfigureAwait(false);
        var spending = new ModelSpending(definition.Models, first, request, $"{step.RunId}-model-{question.Number}-{step.Attempt}");
        try
        {
            await step.TransactAsync(tx =>
            {
                HistoryRows.Append(tx, question.Written, question.News);
                TakeRates(tx, definition);
                spending.Reserve(tx, question.Account);
                ModelRows.Start(tx, call, frame, time.GetUtcNow());
            }).ConfigureAwait(false);
        }
        catch (LedgerRefusal refusal)
        {
            // What is new is kept all the same.
            step.CommitWithResult(tx =>
            {
                HistoryRows.Append(tx, question.Written, question.News);
                ModelRows.End(tx, call, null, time.GetUtcNow());
            });
            return ModelTurn.Failed(AgentStatus.OutOfBudget, refusal.Message, refusal.WaitTime) with { MayBeTooMuch = refusal.WaitTime is null };
        }
        ModelReply reply;
        try
        {
            using var speaker = definition.Streams?.Open(step.RunId, question.Number, step.Attempt);
            // Each model that is asked is one request more.
            Func<IReadOnlyList<ModelAttempt>, Task>? goOn = definition.ModelRates.Count == 0 ? null : attempts => TakeAsync(step, definition, attempts);
            reply = await definition.Models.AskAsync(request, speaker is null ? null : speaker.SayAsync, first, goOn, step.CancellationToken).ConfigureAwait(false);
            speaker?.SaidAll();
        }
        catch (AskedTooOftenException often)
        {
            step.CommitWithResult(tx =>
            {
                spending.Settle(tx, often.Attempts, null);
                ModelRows.Stop(tx, call, often.Attempts[^1].Model, time.GetUtcNow());
            });
            return ModelTurn.Failed(AgentStatus.OutOfBudget, often.Message, often.WaitTime);
        }
        catch (ModelException error)
        {
            await step.TransactAsync(tx =>
            {
                spending.Settle(tx, error.Attempts, null);
                ModelRows.End(tx, call, error.Kind, time.GetUtcNow());
            }).ConfigureAwait(false);
            if (error.IsTransient) throw;
            return ModelTurn.Failed(AgentStatus.NoModel, error.Message) with { MayBeTooMuch = error.Kind == ModelErrorKind.Rejected };
        }
        var text = JsonSerializer.SerializeToUtf8Bytes(reply);
        var turn = ModelTurn.Of(definition.Toolbox.Gate, reply, question, definition.BytesMax / 2);
        step.CommitWithResult(tx =>
        {
            spending.Settle(tx, reply.Attempts, reply);
            ModelRows.Settle(tx, call, reply, text, time.GetUtcNow());
            foreach (var (at, proposal) in turn.Judged.Index())
                VerdictRows.Put(tx, new(question.Calls + at + 1, reply.Calls[at].Tool, proposal.Arm, proposal.Stage, proposal.Rule), time.GetUtcNow());
        });
        return turn;
    }

    static void TakeRates(StepTransaction transaction, AgentDefinition definition)
    {
        foreach (var rate in definition.ModelRates) RateRows.Take(transaction, rate, definition.Toolbox.Time.GetUtcNow());
    }

    static async Task TakeAsync(StepContext step, AgentDefinition definition, IReadOnlyList<ModelAttempt> attempts)
    {
        try
        {
            await step.TransactAsync(tx => TakeRates(tx, definition)).ConfigureAwait(false);
        }
        catch (LedgerRefusal refusal)
        {
            throw new AskedTooOftenException(refusal, attempts);
        }
    }

    /// <summary>The place of the model to begin with. A question that was stopped inside the chain is asked on from there: with the first model again, a rate of one would never reach the second.</summary>
    static async Task<int> FirstAsync(StepContext step, AgentDefinition definition, ModelQuestion question)
    {
        var behind = await step.TransactAsync(tx => ModelRows.StoppedBehind(tx, question.Number)).ConfigureAwait(false);
        var at = definition.Models.Models.Index().FirstOrDefault(m => m.Item.Name == behind, (Index: -1, Item: null!)).Index;
        return at + 1 < definition.Models.Models.Count ? at + 1 : 0;
    }

    /// <summary>Keeps what no question will carry any more.</summary>
    public static Task KeepAsync(StepContext step, long written, IReadOnlyList<Message> news)
    {
        step.CommitWithResult(tx => HistoryRows.Append(tx, written, news));
        return Task.CompletedTask;
    }

    static async Task<List<Message>> ReadAsync(StepContext step, long first, long end)
    {
        var messages = new List<Message>();
        for (var from = first; from < end; from += HistoryRows.PageMax)
        {
            var at = from;
            messages.AddRange(await step.TransactAsync(tx => HistoryRows.Read(tx, step.RunId, at, Math.Min(at + HistoryRows.PageMax, end))).ConfigureAwait(false));
        }
        return messages;
    }
}

/// <summary>Inside a chain: the next model may not be asked yet.</summary>
sealed class AskedTooOftenException(LedgerRefusal refusal, IReadOnlyList<ModelAttempt> attempts) : Exception(refusal.Message, refusal)
{
    public IReadOnlyList<ModelAttempt> Attempts => attempts;

    public TimeSpan? WaitTime => refusal.WaitTime;
}

/// <summary>What an agent wants to ask its model, as the run keeps it.</summary>
/// <param name="Number">The question's number in the run.</param>
/// <param name="First">The first message of the conversation that the model is shown.</param>
/// <param name="Written">How many messages of the conversation are kept already.</param>
/// <param name="News">Those that come behind them.</param>
/// <param name="Calls">How many calls were proposed before.</param>
/// <param name="Repairs">How often the model may still mend proposals.</param>
/// <param name="Account">The account to draw on.</param>
/// <param name="Principal">On whose behalf the agent acts.</param>
/// <param name="HasTools">Whether the model may call tools.</param>
sealed record ModelQuestion(long Number, long First, long Written, IReadOnlyList<Message> News, long Calls, int Repairs, AccountId Account, string? Principal, bool HasTools);
