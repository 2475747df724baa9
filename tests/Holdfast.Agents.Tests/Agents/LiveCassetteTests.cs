using System.Reflection;

namespace Holdfast.Agents.Tests;

/// <summary>A cassette of an agent that goes on while it is read.</summary>
public sealed class LiveCassetteTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>A client around which something happens before each of its reads.</summary>
    public class Watched : DispatchProxy
    {
        public required IHoldfastClient Client { get; set; }

        public required Action<int> Before { get; set; }

        int _reads;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IHoldfastClient.TransactAsync)) Before(++_reads);
            return targetMethod.Invoke(Client, args);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_is_asked_while_it_is_read_is_whole_or_not_in_it(int read)
    {
        var model = new ScriptedModel(static c => ScriptedReply.Say($"to {c.LastText}"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, new Bank()));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        async Task SayAsync(int number)
        {
            await run.SendAsync(new($"mail {number}"));
            while ((await run.QueryAsync(a => a.Answers)).Count < number) await Task.Delay(5);
        }
        await SayAsync(1);
        await SayAsync(2);
        var client = DispatchProxy.Create<IHoldfastClient, Watched>();
        var watched = (Watched)(object)client;
        watched.Client = desk.Client;
        watched.Before = at =>
        {
            if (at == read) SayAsync(3).GetAwaiter().GetResult();
        };
        var calls = (await client.ReadCassetteAsync(run.Id)).Calls;
        Assert.InRange(calls.Count, 2, 3);
        for (var i = 0; i < calls.Count; i++) Assert.Equal($"to mail {i + 1}", calls[i].Reply!.Text);
        // As it was asked: each with all that was said before.
        Assert.Equal((await desk.Client.ReadCassetteAsync(run.Id)).Calls.Take(calls.Count).Select(static c => c.Request), calls.Select(static c => c.Request));
    }
}
