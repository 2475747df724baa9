using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;

namespace Holdfast.Runtime;

/// <summary>One attempt of a called handler, as a worker sees it: what identifies it, and its argument as JSON.</summary>
sealed record CallTicket(RunId Run, long Op, int Attempt, ReadOnlyMemory<byte> Argument);

/// <summary>How a called handler ended: a result as JSON, or an error in plain text, as from any language.</summary>
sealed record CallResult(ReadOnlyMemory<byte> Json, string? ErrorType, string? ErrorMessage, string? ErrorStack, IReadOnlyList<string> ErrorBases)
{
    /// <summary>Whether another attempt would fail in the same way.</summary>
    public bool IsFinal { get; init; }

    public static CallResult Succeeded(ReadOnlyMemory<byte> json) => new(json, null, null, null, []);

    public static CallResult Failed(Exception error)
    {
        var bases = new List<string>();
        for (var type = error.GetType(); type is not null && type != typeof(object); type = type.BaseType) bases.Add(type.FullName!);
        var told = ErrorText.Of(error);
        return new(default, error.GetType().FullName, told.Message, told.Stack, bases) { IsFinal = Attempt.IsFinal(error) };
    }

    /// <summary>The outcome of the attempt. A handler's exception is always a <see cref="StepFailedException"/>, wherever it ran.</summary>
    public Outcome ToOutcome(GraphCodec codec) => ErrorType is null
        ? new(OutcomeKind.Succeeded, Json)
        : new(OutcomeKind.Failed, codec.EncodeValue<Exception>(new StepFailedException(ErrorType, ErrorMessage ?? "", ErrorStack)), $"{ErrorType}: {ErrorMessage}");
}

/// <summary>A handler that workflows call by name.</summary>
abstract class CallHandler
{
    /// <summary>What stands against its argument and its result at a border, or null.</summary>
    public abstract string? Problem(JsonValues json);

    /// <summary>What it takes.</summary>
    public abstract Type Argument { get; }

    public abstract Task<byte[]> RunAsync(IServiceProvider services, StepContext context, CallTicket ticket, JsonValues json);
}

sealed class CallHandler<TArgument, TResult>(string name, Func<IServiceProvider, TArgument, StepContext, Task<TResult>> body) : CallHandler
{
    public override Type Argument => typeof(TArgument);

    public override string? Problem(JsonValues json) => json.Problem(typeof(TArgument)) ?? json.Problem(typeof(TResult));

    public override async Task<byte[]> RunAsync(IServiceProvider services, StepContext context, CallTicket ticket, JsonValues json)
    {
        var argument = context.ReadArgument<TArgument>(ticket.Argument, $"The argument of '{name}'");
        return json.Write(await body(services, argument, context).ConfigureAwait(false), typeof(TResult), $"The result of '{name}'");
    }
}
