using Holdfast.Agents.Models;

namespace Holdfast.Agents;

/// <summary>Models in the order in which they are asked. The next one is asked where it may do better, and only as long as there is no answer: nothing has happened by then, so nothing happens twice.</summary>
public sealed class ModelChain
{
    readonly Model[] _models;

    /// <param name="models">The models, the best one first.</param>
    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public ModelChain(params IEnumerable<Model> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        _models = [.. models];
        if (_models.Length == 0) throw new ArgumentException("A chain needs at least one model.", nameof(models));
        if (_models.GroupBy(static m => m.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two models are named '{twice.Key}'; the records of attempts could not tell them apart.", nameof(models));
    }

    /// <summary>The models, in the order in which they are asked.</summary>
    public IReadOnlyList<Model> Models => _models;

    /// <summary>Asks the first model, and the next ones where it fails in a way that is its own.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="onText">Is given the text while the model still speaks; null to wait for the whole. The answer is the same. What it throws ends the call and goes to the caller as it is.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ModelException">No model answered.</exception>
    public Task<ModelReply> AskAsync(ModelRequest request, Func<TextPart, CancellationToken, ValueTask>? onText = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(request, onText, 0, null, cancellation);
    }

    /// <param name="request">What is asked.</param>
    /// <param name="onText">Is given the text while the model still speaks; null to wait for the whole.</param>
    /// <param name="first">The place of the model that is asked first. Those before it are left out.</param>
    /// <param name="goOn">Is called before each further model with what came of those before it, and throws where it may not be asked; null for nothing.</param>
    /// <param name="cancellation">Ends the call.</param>
    internal async Task<ModelReply> AskAsync(
        ModelRequest request, Func<TextPart, CancellationToken, ValueTask>? onText, int first, Func<IReadOnlyList<ModelAttempt>, Task>? goOn, CancellationToken cancellation)
    {
        var attempts = new List<ModelAttempt>();
        foreach (var model in _models.Skip(first))
        {
            if (attempts.Count > 0 && goOn is not null) await goOn(attempts);
            var (attempt, reply) = await new Attempt(model, request, attempts.Count, onText).RunAsync(cancellation);
            attempts.Add(attempt);
            if (reply is not null) return reply with { Attempts = attempts };
            if (!ModelErrors.GoesOn(attempt.Error!.Value)) break;
        }
        throw new ModelException(attempts[^1].Error!.Value, attempts);
    }

    /// <summary>Asks for a record. What does not fit it goes back to the model with what is wrong, a bounded number of times.</summary>
    /// <typeparam name="T">The record: as the arguments of a tool may be, and checked as they are.</typeparam>
    /// <param name="request">What is asked. It must not have tools: a call would be no answer.</param>
    /// <param name="repairs">How often the model may mend its answer.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ModelException">No model answered, or none with what was asked for.</exception>
    /// <exception cref="ArgumentException">The request has tools, or the type has no JSON form that the gate knows.</exception>
    public async Task<ModelAnswer<T>> AskAsync<T>(ModelRequest request, int repairs = 1, CancellationToken cancellation = default)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(repairs);
        if (request.Tools.Count > 0) throw new ArgumentException("The request has tools, and a call would be no answer. Ask without them, or let the model answer by calling a tool.", nameof(request));
        var shape = AnswerShape<T>.Instance;
        var options = request.Options with { Answer = shape.Schema };
        var replies = new List<ModelReply>();
        List<Message> messages = [.. request.Messages];
        while (true)
        {
            var reply = await AskAsync(new(request.Instructions, messages, null, options), null, cancellation);
            replies.Add(reply);
            if (shape.TryRead(reply, out var value, out var problem)) return new(value, replies);
            if (replies.Count > repairs) throw new ModelException($"After {replies.Count} answers the model {reply.Model} has not said what was asked for. {problem}", replies);
            // What is too long to be taken is too long to be sent back.
            if (reply.FinishReason != FinishReason.TooLong) messages.Add(new AssistantMessage(reply.Text));
            messages.Add(new Note($"{problem} Answer with the JSON alone."));
        }
    }
}
