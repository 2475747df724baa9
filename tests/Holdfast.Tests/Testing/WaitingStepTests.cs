using Holdfast.Testing;

namespace Holdfast.Tests.Testing;

/// <summary>A step that only waits is timed out by the clock of the test, which nothing else would move.</summary>
public sealed class WaitingStepTests
{
    /// <summary>Gives how its step, which would wait for ever, was given up.</summary>
    public sealed class Hangs : Workflow
    {
        public async Durable<string> Run(bool beats)
        {
            var options = new StepOptions { Retry = new() { MaxAttempts = 2 } };
            options = beats ? options with { HeartbeatTimeout = TimeSpan.FromSeconds(20) } : options with { Timeout = TimeSpan.FromSeconds(20) };
            try
            {
                await Step(step => Task.Delay(-1, step.CancellationToken), options);
            }
            catch (TimeoutException error)
            {
                // How many attempts there were says how often the process died.
                return error.Message.Split("step")[^1];
            }
            return "";
        }
    }

    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    static string Message(bool beats) => beats ? "gave no heartbeat for 00:00:20" : "took longer than 00:00:20";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_test_engine_lets_its_time_pass(bool beats)
    {
        await using var engine = await TestEngine.StartAsync(static builder => builder.AddWorkflow<Hangs>());
        engine.StepPatience = Short;
        var run = await engine.Client.StartAsync((Hangs w) => w.Run(beats));
        Assert.Contains(Message(beats), await engine.ResultAsync(run), StringComparison.Ordinal);
        Assert.InRange(engine.Time.GetUtcNow() - new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task So_does_a_crash_test(bool beats)
    {
        var report = await CrashTest.CrashEverywhereAsync((Hangs w) => w.Run(beats), new CrashPlan<string, string>
        {
            World = static () => "",
            Configure = static (builder, _) => builder.AddWorkflow<Hangs>(),
            StepPatience = Short,
            Check = (_, result) => Assert.Contains(Message(beats), result, StringComparison.Ordinal),
        });
        Assert.Equal(2 * report.Commits, report.Kills);
    }
}
