using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>Another model is asked where it may do better, and every attempt is written down.</summary>
public sealed class FailoverTests
{
    const string Canary = "sk-canary-0123456789";

    static readonly ModelRequest Request = new("Be brief.", [new UserMessage("Hello?")]);

    public static TheoryData<string, ModelErrorKind, int?, bool> Failures => new()
    {
        { "429", ModelErrorKind.RateLimited, 429, true },
        { "500", ModelErrorKind.Unavailable, 500, true },
        { "529", ModelErrorKind.Unavailable, 529, true },
        { "409", ModelErrorKind.Unavailable, 409, true },
        { "408", ModelErrorKind.TimedOut, 408, true },
        { "504", ModelErrorKind.TimedOut, 504, true },
        { "400", ModelErrorKind.Rejected, 400, false },
        { "404", ModelErrorKind.Rejected, 404, false },
        { "422", ModelErrorKind.Rejected, 422, false },
        { "401", ModelErrorKind.Unauthorized, 401, false },
        { "402", ModelErrorKind.Unauthorized, 402, false },
        { "403", ModelErrorKind.Unauthorized, 403, false },
        { "time-out", ModelErrorKind.TimedOut, null, true },
        { "client's own time-out", ModelErrorKind.TimedOut, null, true },
        { "socket", ModelErrorKind.Unreachable, null, true },
        { "connection", ModelErrorKind.Unreachable, null, true },
        { "not JSON", ModelErrorKind.BrokenReply, null, true },
        { "a bug", ModelErrorKind.Failed, null, true },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task The_next_model_is_asked_where_it_may_do_better(string failure, ModelErrorKind kind, int? status, bool goesOn)
    {
        foreach (var error in Errors(failure))
        {
            Exception? shown = null;
            var second = new ScriptedModel(ScriptedReply.Say("Hello."));
            var chain = new ModelChain(new Model("first", new ScriptedModel(ScriptedReply.Fail(error))) { OnError = e => shown = e }, new Model("second", second));
            if (goesOn)
            {
                var reply = await chain.AskAsync(Request);
                Assert.Equal(("Hello.", "second"), (reply.Text, reply.Model));
                Assert.Equal([("first", kind, status), ("second", null, null)], reply.Attempts.Select(static a => (a.Model, a.Error, a.Status)));
            }
            else
            {
                var thrown = await Assert.ThrowsAsync<ModelException>(() => chain.AskAsync(Request));
                Assert.Equal((kind, false), (thrown.Kind, thrown.IsTransient));
                Assert.Equal([("first", (ModelErrorKind?)kind, status)], thrown.Attempts.Select(static a => (a.Model, a.Error, a.Status)));
                Assert.Empty(second.Calls);
            }
            Assert.Same(error, shown);
        }
    }

    [Fact]
    public async Task When_all_have_failed_the_error_says_who_and_how_and_not_in_the_providers_words()
    {
        var chain = new ModelChain(new Model("first", new ScriptedModel(ScriptedReply.Fail(Status(429)))), new Model("second", new ScriptedModel(ScriptedReply.Fail(new SocketException(1)))));
        var thrown = await Assert.ThrowsAsync<ModelException>(() => chain.AskAsync(Request));
        Assert.Matches(@"^No model answered: first: RateLimited \(HTTP 429\) after \d+ ms; second: Unreachable after \d+ ms\. Ask again later", thrown.Message);
        Assert.Equal((ModelErrorKind.Unreachable, true), (thrown.Kind, thrown.IsTransient));
        Assert.DoesNotContain(Canary, thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_failure_of_a_model()
    {
        using var cancellation = new CancellationTokenSource();
        var second = new ScriptedModel(ScriptedReply.Say("Hello."));
        var asked = new TaskCompletionSource();
        var hangs = new StubClient(async token =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return null!;
        });
        var call = new ModelChain(new Model("first", hangs), new Model("second", second)).AskAsync(Request, cancellation: cancellation.Token);
        await asked.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(second.Calls);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Model("second", second).AskAsync(Request, cancellation: cancellation.Token));
        Assert.Empty(second.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_hangs_is_left_when_its_time_is_up(bool listensToTokens)
    {
        var clock = new HandClock();
        var asked = new TaskCompletionSource();
        var hangs = new StubClient(async token =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, listensToTokens ? token : CancellationToken.None);
            return null!;
        });
        var call = new ModelChain(new Model("first", hangs) { Timeout = TimeSpan.FromSeconds(30), Clock = clock }, new Model("second", new ScriptedModel(ScriptedReply.Say("Hello.")))).AskAsync(Request);
        await asked.Task;
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        var reply = await call.WaitAsync(HandClock.Limit);
        Assert.Equal(new("first", ModelErrorKind.TimedOut, null, TimeSpan.FromSeconds(30)), reply.Attempts[0]);
        Assert.Equal("second", reply.Model);
    }

    [Fact]
    public async Task A_time_beyond_the_systems_timers_is_no_limit()
    {
        Assert.Equal("Hello.", (await new Model("m", new ScriptedModel(ScriptedReply.Say("Hello."))) { Timeout = TimeSpan.MaxValue }.AskAsync(Request)).Text);
        Assert.Equal("Hello.", (await new Model("m", new ScriptedModel(ScriptedReply.Say("Hello."))) { Timeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1) }.AskAsync(Request)).Text);
    }

    [Fact]
    public async Task A_listener_to_errors_that_throws_is_ignored()
    {
        var chain = new ModelChain(new Model("first", new ScriptedModel(ScriptedReply.Fail(Status(500)))) { OnError = static _ => throw new InvalidOperationException() }, new Model("second", new ScriptedModel(ScriptedReply.Say("Hello."))));
        Assert.Equal("Hello.", (await chain.AskAsync(Request)).Text);
    }

    [Fact]
    public void A_chain_has_models_of_different_names()
    {
        Assert.Throws<ArgumentException>(() => new ModelChain());
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new ModelChain(new Model("a", new ScriptedModel()), new Model("a", new ScriptedModel()))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Model("a", new ScriptedModel()) { Timeout = TimeSpan.Zero });
    }

    static Exception[] Errors(string failure) => failure switch
    {
        "time-out" => [new TimeoutException(Canary)],
        "client's own time-out" => [new TaskCanceledException(Canary, new TimeoutException())],
        "socket" => [new SocketException((int)SocketError.ConnectionRefused), new ProviderException(Canary, null, new IOException())],
        "connection" => [new HttpRequestException(Canary), new AggregateException(new InvalidOperationException(), new IOException())],
        "not JSON" => [new JsonException(Canary), new ProviderException(Canary, null, new JsonException())],
        "a bug" => [new InvalidOperationException(Canary), new ProviderException(Canary, 0), new TwoStatusException()],
        _ => [Status(int.Parse(failure, System.Globalization.CultureInfo.InvariantCulture)), new ProviderException(Canary, int.Parse(failure, System.Globalization.CultureInfo.InvariantCulture)), new InvalidOperationException(Canary, Status(int.Parse(failure, System.Globalization.CultureInfo.InvariantCulture)))],
    };

    static HttpRequestException Status(int status) => new(Canary, null, (HttpStatusCode)status);

    sealed class ProviderException(string message, int? status, Exception? inner = null) : Exception(message, inner)
    {
        public int Status => status ?? throw new NotSupportedException();
    }

    class StatusException : Exception
    {
        public string Status => "down";
    }

    sealed class TwoStatusException : StatusException
    {
        public new int Status => 7;
    }
}
