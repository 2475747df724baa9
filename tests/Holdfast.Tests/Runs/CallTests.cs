using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

public sealed class CallTests
{
    public sealed record Order(string Item, int Count);

    public sealed record Request(string Handler, int Attempts, bool GivesUpOnIO);

    public sealed class Calls : Workflow
    {
        public async Durable<string> Run(Request request)
        {
            try
            {
                return $"{await Call<int>(request.Handler, new Order("book", 2), new() { Retry = new() { FirstDelay = TimeSpan.Zero, MaxAttempts = request.Attempts, NonRetryable = request.GivesUpOnIO ? [typeof(IOException)] : [] } })}";
            }
            catch (StepFailedException error)
            {
                return $"{error.TypeName} {error.Message}";
            }
            catch (HoldfastException error)
            {
                return $"{error.Error} {error.Message}";
            }
        }
    }

    static async Task<string> RunAsync(Func<Order, StepContext, Task<int>> handler, string name = "price", int attempts = 1, bool givesUpOnIO = false, bool alwaysCold = true)
    {
        await using var world = await World.StartAsync([typeof(Calls)], alwaysCold: alwaysCold, configure: b => b.AddStep("price", handler));
        return await world.ResultAsync<string>(await world.Client.StartAsync((Calls w) => w.Run(new(name, attempts, givesUpOnIO))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_gets_its_argument_and_gives_its_result(bool alwaysCold) =>
        Assert.Equal("12", await RunAsync(static async (order, _) =>
        {
            await Task.Yield();
            return order.Count * 6;
        }, alwaysCold: alwaysCold));

    [Fact]
    public async Task A_failing_handler_is_tried_again_and_then_fails_by_name_and_text()
    {
        Assert.Equal("System.IO.IOException attempt 3", await RunAsync(
            static (_, step) => throw new IOException($"attempt {step.Attempt}"), attempts: 3));
        Assert.Equal("System.IO.FileNotFoundException attempt 1", await RunAsync(
            static (_, step) => throw new FileNotFoundException($"attempt {step.Attempt}"), attempts: 3, givesUpOnIO: true));
    }

    [Fact]
    public async Task A_handler_that_gives_up_fails_too() =>
        Assert.StartsWith("System.OperationCanceledException", await RunAsync(static (_, _) => throw new OperationCanceledException("its own")), StringComparison.Ordinal);

    [Fact]
    public async Task A_run_whose_handler_is_not_there_waits_for_the_build_that_has_it()
    {
        var content = new MemoryStore();
        RunId id;
        await using (var world = await World.StartAsync([typeof(Calls)], () => content))
        {
            var run = await world.Client.StartAsync((Calls w) => w.Run(new("price", 1, false)));
            id = run.Id;
            var waiting = (await world.ParkedAsync(run)).Waiting;
            Assert.StartsWith("parked: needs migration: ", waiting, StringComparison.Ordinal);
            Assert.Contains("AddStep(\"price\"", waiting, StringComparison.Ordinal);
        }
        await using (var world = await World.StartAsync([typeof(Calls)], () => content.Reopen()))
            Assert.Equal(RunStatus.Parked, (await world.Client.GetRun(id).GetInfoAsync()).Status);
        await using (var world = await World.StartAsync([typeof(Calls)], () => content.Reopen(), configure: b => b.AddStep("price", static (Order order, StepContext _) => Task.FromResult(order.Count * 6))))
            Assert.Equal("12", await world.Client.GetRun(id).ResultAsync<string>().WaitAsync(World.Patience));
    }
}
