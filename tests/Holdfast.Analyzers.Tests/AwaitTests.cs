namespace Holdfast.Analyzers.Tests;

public sealed class AwaitTests
{
    [Fact]
    public async Task A_call_that_returns_a_task_is_reported_with_the_step_to_write()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD001", Analysis.Workflow("return [|await payments.Refund(request.Id)|];")));
        Assert.Equal(
            "'payments.Refund(request.Id)' is not durable, but the durable method 'Run' awaits it: the run could not be saved while it waits. "
            + "Put the call into a step: await Step(() => payments.Refund(request.Id)).",
            text);
    }

    [Fact]
    public async Task ConfigureAwait_is_left_out_of_the_hint()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD001", Analysis.Workflow("[|await mail.Send(\"a\").ConfigureAwait(false)|]; return 1;")));
        Assert.EndsWith("await Step(() => mail.Send(\"a\")).", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[|await Task.Delay(5)|];", "await Delay(TimeSpan.FromMilliseconds(5)).")]
    [InlineData("[|await Task.Delay(TimeSpan.FromDays(3))|];", "await Delay(TimeSpan.FromDays(3)).")]
    [InlineData("[|await Task.Yield()|];", "Leave it out")]
    [InlineData("[|await Task.WhenAll(mail.Send(\"a\"), mail.Send(\"b\"))|];", "await Durable.WhenAll(…) of the steps.")]
    [InlineData("[|await Task.Run(() => 1)|];", "await Step(() => Task.Run(() => 1)).")]
    [InlineData("var sending = mail.Send(\"a\"); [|await sending|];", "Put the call that made it into a step")]
    [InlineData("[|await new ValueTask<int>(3)|];", "is not durable")]
    [InlineData("dynamic sending = mail; [|await sending.Send(\"a\")|];", "is not durable")]
    [InlineData("[|await foreach|] (var n in Numbers()) { }", "'Numbers()' is not durable")]
    [InlineData("[|await using|] (new MemoryStream()) { }", "within one step")]
    [InlineData("[|await using|] var file = new FileStream(\"a\", FileMode.Open);", "'await using FileStream' is not durable")]
    [InlineData("if ([|await payments.Refund(\"1\")|] > 0) mail.Log(\"x\");", "is not durable")]
    public async Task Whatever_is_not_durable_is_reported(string body, string part)
    {
        var text = Assert.Single(await Analysis.Reports(
            "HOLD001", Analysis.Workflow(body + " return 1;", "static async IAsyncEnumerable<int> Numbers() { await Task.Yield(); yield return 1; }")));
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Durable_lambdas_and_local_functions_are_durable_methods_too()
    {
        var texts = await Analysis.Reports("HOLD001", Analysis.Workflow("""
            Func<Durable> first = async () => [|await mail.Send("a")|];
            async Durable<int> Second() => [|await payments.Refund("a")|];
            await first();
            return await Second();
            """));
        Assert.Contains("but a durable lambda awaits it", texts[0], StringComparison.Ordinal);
        Assert.Contains("but the durable local function 'Second' awaits it", texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public Task A_durable_lambda_in_an_ordinary_method_is_checked() => Analysis.Reports("HOLD001", """
        static class Outside
        {
            public static async Task Run(IMail mail)
            {
                await mail.Send("here it is fine");
                Func<Durable> body = async () => { [|await mail.Send("here it is not")|]; };
                body();
            }
        }
        """);
}
