using System.Collections;

namespace Holdfast.Tests.Runs;

/// <summary>Exceptions whose own members throw: they are failures like others, and say so.</summary>
public sealed class ThrowingExceptionTests
{
    /// <summary>Throws where others tell of themselves.</summary>
    public class MuteException(string member) : Exception("told")
    {
        public override string Message => Tell(nameof(Message), base.Message);

        public override string? StackTrace => Tell(nameof(StackTrace), base.StackTrace);

        public override IDictionary Data => Tell(nameof(Data), base.Data);

        public override string? HelpLink => Tell(nameof(HelpLink), base.HelpLink);

        public override string? Source => Tell(nameof(Source), base.Source);

        public override string ToString() => Tell(nameof(ToString), base.ToString());

        T Tell<T>(string asked, T value) => member == asked ? throw new MuteException("Message") : member == "null" ? default! : value;
    }

    public sealed class MuteCancelledException : OperationCanceledException
    {
        public override string Message => throw new InvalidOperationException("not even that");
    }

    public sealed record Case(string Where, string Member);

    public sealed class Throws(Probe probe) : Workflow
    {
        [Query]
        public int Asked() => throw new MuteException("Message");

        [Update]
        public void Changed(string member) => throw new MuteException(member);

        public async Durable<string> Run(Case @case)
        {
            var (where, member) = @case;
            try
            {
                if (where == "step") await Step(() => throw new MuteException(member), new() { Retry = RetryPolicy.None });
                if (where == "inner") await Step(() => throw new InvalidOperationException("outer", new MuteException(member)), new() { Retry = RetryPolicy.None });
                if (where == "cancelled") await Step(() => throw new MuteCancelledException(), new() { Retry = RetryPolicy.None });
                if (where == "call") await Call<int>("mute", member, new() { Retry = RetryPolicy.None });
                if (where == "child") await Child((Throws w) => w.Run(new("run", member)));
                if (where == "waits") await Step(step => probe.Do("waits", step));
            }
            catch (Exception error) when (where != "run")
            {
                // Also after a restart it says the same.
                await Step(() => Task.CompletedTask);
                return $"{error.GetType().Name}: {error.Message}";
            }
            throw new MuteException(member);
        }
    }

    static Task<World> StartAsync(Probe probe, bool alwaysCold = true) => World.StartAsync([typeof(Throws)], alwaysCold: alwaysCold, configure: builder =>
    {
        probe.Register(builder);
        builder.AddStep<string, int>("mute", static (member, _) => throw new MuteException(member));
    });

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var member in (string[])["Message", "StackTrace", "Data", "HelpLink", "Source", "ToString", "null"])
                foreach (var where in (string[])["step", "call", "child"]) data.Add(where, member);
            data.Add("inner", "Message");
            data.Add("inner", "Data");
            data.Add("inner", "StackTrace");
            data.Add("cancelled", "Message");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_failure_that_cannot_tell_of_itself_reaches_the_workflow_and_says_so(string where, string member)
    {
        foreach (var alwaysCold in (bool[])[true, false])
        {
            await using var world = await StartAsync(new(), alwaysCold);
            var run = await world.Client.StartAsync((Throws w) => w.Run(new(where, member)));
            var told = await world.ResultAsync<string>(run);
            if (where == "inner") Assert.Contains("outer", told, StringComparison.Ordinal);
            else if (where == "cancelled") Assert.Contains("its Message cannot be read: that threw InvalidOperationException", told, StringComparison.Ordinal);
            else if (member == "null") Assert.Contains(where == "child" ? "failed: " : "Exception: ", told, StringComparison.Ordinal);
            else Assert.Contains($"its {member} cannot be read: that threw MuteException", told, StringComparison.Ordinal);
            Assert.DoesNotContain(world.Errors, static e => e.Contains("could not be run", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_run_a_query_and_an_update_that_throw_one_say_so_too()
    {
        var probe = new Probe();
        probe.Answer = async (_, _) =>
        {
            await probe.Gate("go").Task;
            return 0;
        };
        await using var world = await StartAsync(probe);
        var run = await world.Client.StartAsync((Throws w) => w.Run(new("waits", "Message")));
        var asked = await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Asked()));
        Assert.Equal(HoldfastError.QueryFailed, asked.Error);
        Assert.Contains("its Message cannot be read", asked.Message, StringComparison.Ordinal);
        var changed = await Assert.ThrowsAsync<HoldfastException>(() => run.UpdateAsync(w => w.Changed("Data")));
        Assert.Equal(HoldfastError.UpdateRejected, changed.Error);
        Assert.Contains("its Data cannot be read", changed.Message, StringComparison.Ordinal);

        probe.Gate("go").TrySetResult();
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => world.ResultAsync<string>(run));
        Assert.Equal(HoldfastError.RunFailed, failed.Error);
        Assert.Contains("its Message cannot be read: that threw MuteException", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_kept_out_of_one_that_cannot_tell_of_itself()
    {
        var probe = new Probe { Answer = static async (_, step) => throw new InvalidOperationException(await step.RevealAsync(new Secret<string>("key")), new MuteException("Message")) };
        await using var world = await World.StartAsync([typeof(Throws)], configure: builder =>
        {
            probe.Register(builder);
            builder.AddSecrets(static (_, _, _) => Task.FromResult("correct horse"));
        });
        var run = await world.Client.StartAsync((Throws w) => w.Run(new("waits", "null")));
        await world.JournalAsync(run, static l => l.What == "AttemptFailed");
        var journal = string.Join('\n', (await run.ReadJournalAsync()).Select(static l => l.Text));
        Assert.DoesNotContain("horse", journal, StringComparison.Ordinal);
        Assert.Contains("key", journal, StringComparison.Ordinal);
        await run.TerminateAsync("enough");
    }
}
