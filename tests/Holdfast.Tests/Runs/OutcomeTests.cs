namespace Holdfast.Tests.Runs;

public sealed class OutcomeTests
{
    /// <summary>What is asked here is asked of the compiler: a warning is an error.</summary>
    [Theory]
    [InlineData(true, 7)]
    [InlineData(false, 6)]
    public async Task Neither_the_value_of_what_succeeded_nor_the_error_of_what_failed_has_to_be_looked_at_for_null(bool succeeds, int expected)
    {
        await using var world = await World.StartAsync([typeof(Asking)]);
        Assert.Equal(expected, await world.ResultAsync<int>(await world.Client.StartAsync((Asking w) => w.Run(succeeds))));
    }

    public sealed class Asking : Workflow
    {
        public async Durable<int> Run(bool succeeds)
        {
            var outcome = await Step(() => succeeds ? Task.FromResult("granted") : Task.FromException<string>(new InvalidOperationException("denied")), new() { Retry = RetryPolicy.None }).Outcome();
            return outcome.Succeeded ? outcome.Value.Length : outcome.Error.Message.Length;
        }
    }
}
