using System.Text;
using Holdfast.Agents.Ledgers;
using Holdfast.Agents.Models;

namespace Holdfast.Agents.Running;

/// <summary>
/// What asking a chain of models may take, and what it took: each model has a reservation of its own. What an attempt took that failed, nobody knows, unless it is sure that the provider did nothing; its
/// reservation stays, and no other's.
/// </summary>
/// <param name="models">The models.</param>
/// <param name="first">The place of the one that is asked first; those before it are not asked.</param>
/// <param name="request">What is asked.</param>
/// <param name="key">The attempt's key.</param>
sealed class ModelSpending(ModelChain models, int first, ModelRequest request, string key)
{
    public void Reserve(StepTransaction transaction, AccountId account)
    {
        var input = InputMax();
        // Where no limit is asked for, nobody can say what an answer may take; more than this no model gives today.
        long output = request.Options.OutputTokensMax ?? 1_000_000;
        foreach (var (at, model) in models.Models.Index().Skip(first))
            BudgetRows.Reserve(transaction, KeyOf(at), account, new() { Tokens = input + output, Money = model.Price?.CostOf(new(input, output, null)) ?? 0, Time = model.Timeout });
    }

    /// <param name="transaction">The commit.</param>
    /// <param name="attempts">The models that were asked; those behind them were not.</param>
    /// <param name="reply">What the last of them answered; null if it did not.</param>
    public void Settle(StepTransaction transaction, IReadOnlyList<ModelAttempt> attempts, ModelReply? reply)
    {
        foreach (var (place, model) in models.Models.Index().Skip(first))
        {
            var at = place - first;
            var used = at >= attempts.Count || attempts[at].DidNothing ? new() { Tokens = 0, Money = 0 }
                : at == attempts.Count - 1 && reply is not null ? new() { Tokens = reply.Usage.InputTokens + reply.Usage.OutputTokens, Money = model.Price is null ? 0 : reply.Cost }
                : new Spending();
            BudgetRows.Settle(transaction, KeyOf(place), used with { Time = at < attempts.Count ? attempts[at].Duration : TimeSpan.Zero });
        }
    }

    string KeyOf(int model) => $"{key}-{model}";

    /// <summary>A token of text has at least one byte, so a request has no more tokens than bytes.</summary>
    long InputMax()
    {
        const int BytesForEachPart = 64;
        long input = Encoding.UTF8.GetByteCount(request.Instructions) + BytesForEachPart;
        foreach (var message in request.Messages) input += message.ToJson().Length + BytesForEachPart;
        if (request.Options.Answer is { } answer) input += answer.ToJson().Length + BytesForEachPart;
        foreach (var tool in request.Tools) input += tool.Schema.ToJson().Length + Encoding.UTF8.GetByteCount(tool.Description) + BytesForEachPart;
        foreach (var name in request.LostTools) input += ChatMapping.LostToolBytes + Encoding.UTF8.GetByteCount(name) + BytesForEachPart;
        return input;
    }
}
