namespace Holdfast.Tests.Runs;

public sealed class RetryTests
{
    static readonly RetryPolicy Quick = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxAttempts = 4 };

    public class PaymentException(string message) : Exception(message);

    public sealed class DeclinedException(string message) : PaymentException(message);

    public sealed class Pays(Probe probe) : Workflow
    {
        readonly List<int> _seen = [];

        public async Durable<string> Run(StepOptions options)
        {
            var amount = 10;
            _seen.Add(1);
            var paid = Step(
                async step =>
                {
                    // Whatever an attempt does to its copy, the next one has the values of the call.
                    probe.Note($"{step.Attempt} {step.IdempotencyKey == $"{step.RunId}-{step.Op}"} {amount} {_seen.Count}");
                    _seen.Add(2);
                    return await probe.Answer("pay", step);
                }, options with { Retry = options.Retry with { NonRetryable = [typeof(PaymentException)] } });
            amount = 20;
            _seen.Add(3);
            try
            {
                return $"{await paid}";
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                return $"{error.GetType().Name}: {error.Message}";
            }
        }
    }

    static async Task<(string Result, Probe Probe)> RunAsync(Func<StepContext, Task<int>> attempt, StepOptions options, bool alwaysCold = true)
    {
        var probe = new Probe { Answer = (_, step) => attempt(step) };
        await using var world = await World.StartAsync([typeof(Pays)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Pays w) => w.Run(options));
        return (await world.ResultAsync<string>(run), probe);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_attempt_is_followed_by_another_with_the_same_key_and_arguments(bool alwaysCold)
    {
        var (result, probe) = await RunAsync(static step => step.Attempt < 3 ? throw new TimeoutException("busy") : Task.FromResult(7), new() { Retry = Quick }, alwaysCold);
        Assert.Equal("7", result);
        Assert.Equal(["1 True 10 1", "2 True 10 1", "3 True 10 1"], probe.Entries);
    }

    [Fact]
    public async Task After_the_last_attempt_the_exception_reaches_the_workflow()
    {
        var (result, probe) = await RunAsync(static step => throw new TimeoutException($"busy {step.Attempt}"), new() { Retry = Quick });
        Assert.Equal("TimeoutException: busy 4", result);
        Assert.Equal(4, probe.Entries.Count);
    }

    [Fact]
    public async Task What_derives_from_a_non_retryable_exception_ends_the_step_at_once()
    {
        var (result, probe) = await RunAsync(static _ => throw new DeclinedException("no funds"), new() { Retry = Quick });
        Assert.Equal("DeclinedException: no funds", result);
        Assert.Single(probe.Entries);
    }

    [Fact]
    public async Task No_attempt_starts_after_the_time_for_all_of_them()
    {
        var (result, probe) = await RunAsync(static _ => throw new TimeoutException("busy"), new() { Retry = Quick with { FirstDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1), MaxElapsed = TimeSpan.FromMinutes(1) } });
        Assert.Equal("TimeoutException: busy", result);
        Assert.Single(probe.Entries);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_that_takes_too_long_fails_and_its_late_answer_counts_for_nothing(bool alwaysCold)
    {
        var late = new TaskCompletionSource<int>();
        var (result, probe) = await RunAsync(
            step =>
            {
                if (step.Attempt == 1) return late.Task;
                late.TrySetResult(1);
                return Task.FromResult(2);
            }, new() { Retry = Quick with { MaxAttempts = 100 }, Timeout = TimeSpan.FromMilliseconds(20) }, alwaysCold);
        Assert.Equal("2", result);
        // On a busy machine a later one can take too long as well.
        Assert.InRange(probe.Entries.Count, 2, 100);
    }

    [Fact]
    public async Task Every_length_of_time_out_is_taken()
    {
        var (result, _) = await RunAsync(static _ => Task.FromResult(1), new() { Timeout = TimeSpan.MaxValue });
        Assert.Equal("1", result);
    }

    public sealed class StreamException(string message, Stream stream) : Exception(message)
    {
        public Stream Stream { get; } = stream;
    }

    public sealed class Throws(Probe probe) : Workflow
    {
        public async Durable<string> Run(string kind)
        {
            try
            {
                await Step(step => probe.Do(kind, step), new() { Retry = RetryPolicy.None });
                return "nothing";
            }
            catch (StepFailedException error)
            {
                await Step(() => Task.CompletedTask);
                return $"StepFailed {error.TypeName} {error.Message} {error.StackText is not null}";
            }
            catch (Exception error)
            {
                await Step(() => Task.CompletedTask);
                return $"{error.GetType().Name} {error.Message} {error.InnerException?.Message} {error.StackTrace is not null}";
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exceptions_come_as_their_own_type_only_if_they_survive_a_restart(bool alwaysCold)
    {
        var probe = new Probe
        {
            Answer = static (kind, _) => throw (kind switch
            {
                "canceled" => new TaskCanceledException("gave up", new IOException("inner"), new CancellationToken(true)),
                "stream" => new StreamException("with a stream", new MemoryStream()),
                "own" => new DeclinedException("mine"),
                _ => new AggregateException("all", new IOException("one")),
            }),
        };
        await using var world = await World.StartAsync([typeof(Throws)], alwaysCold: alwaysCold, configure: probe.Register);
        async Task<string> Of(string kind) => await world.ResultAsync<string>(await world.Client.StartAsync((Throws w) => w.Run(kind)));

        Assert.Equal("TaskCanceledException gave up inner True", await Of("canceled"));
        Assert.Equal($"StepFailed {typeof(StreamException).FullName} with a stream True", await Of("stream"));
        Assert.Equal("DeclinedException mine  True", await Of("own"));
        Assert.StartsWith("AggregateException all", await Of("aggregate"), StringComparison.Ordinal);
    }

    public sealed record Found(string Name, object Content);

    public sealed class GivesAStream(Probe probe) : Workflow
    {
        public async Durable<string> Run(bool withContext)
        {
            var once = new StepOptions { Label = "look it up", Retry = RetryPolicy.None };
            try
            {
                var found = withContext
                    ? await Step(async step => new Found("a", await probe.Do("looked", step) == 0 ? new MemoryStream() : ""), once)
                    : await Step(async () =>
                    {
                        probe.Note("looked");
                        await Task.Yield();
                        return new Found("a", new MemoryStream());
                    }, once);
                return found.Name;
            }
            catch (HoldfastException error)
            {
                return $"{error.Error}: {error.Message}";
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_result_that_cannot_be_saved_is_told_with_the_step_which_was_done(bool withContext)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(GivesAStream)], configure: probe.Register);
        var run = await world.Client.StartAsync((GivesAStream w) => w.Run(withContext));
        var told = await world.ResultAsync<string>(run);
        Assert.StartsWith($"NotSavable: Step 'look it up' (op 1) of run {run.Id} was done, and its result cannot be saved: Content of type System.IO.MemoryStream cannot be saved.", told, StringComparison.Ordinal);
        Assert.Equal(1, probe.Count("looked"));
    }

    public sealed class Optioned : Workflow
    {
        public async Durable<string> Run(string way)
        {
            try
            {
                return await Step(static () => Task.FromResult("done"), way switch
                {
                    "in doubt" => new() { FailsInDoubt = true },
                    "no exception" => new() { Retry = new() { NonRetryable = [typeof(IOException), typeof(string)] } },
                    "null" => new() { Retry = new() { NonRetryable = [null!] } },
                    _ => new() { FailsInDoubt = true, AtMostOnce = true, Retry = new() { NonRetryable = [typeof(Exception)] } },
                });
            }
            catch (ArgumentException error)
            {
                return error.Message;
            }
        }
    }

    [Theory]
    [InlineData("in doubt", "FailsInDoubt says what a step does that is AtMostOnce, and this one is not.")]
    [InlineData("no exception", "NonRetryable names System.String, which is no type of exception.")]
    [InlineData("null", "NonRetryable names null, which is no type of exception.")]
    [InlineData("both", "done")]
    public async Task An_option_that_could_do_nothing_is_refused_where_the_step_is_called(string way, string told)
    {
        await using var world = await World.StartAsync([typeof(Optioned)]);
        Assert.StartsWith(told, await world.ResultAsync<string>(await world.Client.StartAsync((Optioned w) => w.Run(way))), StringComparison.Ordinal);
    }
}
