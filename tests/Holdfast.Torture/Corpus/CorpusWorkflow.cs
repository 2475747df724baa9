namespace Holdfast.Torture.Corpus;

/// <summary>The corpus's steps: each run of a body is written down, and may be held back, so that a harness can see and order them.</summary>
public abstract class CorpusWorkflow : Workflow
{
    protected static Durable<T> Ask<T>(T value) => Step(step => StepLedger.AnswerAsync(step, value));

    /// <summary>A step whose body goes over to another thread before it ends.</summary>
    protected static Durable<T> AskSlowly<T>(T value) => Step(async step =>
    {
        await StepLedger.RunAsync(step, value);
        await Task.Yield();
        return value;
    });

    protected static Durable<int> Fail(string message) => Step<int>(
        async step =>
        {
            await StepLedger.RunAsync(step, message);
            throw new InvalidOperationException(message);
        }, new() { Retry = RetryPolicy.None });
}
