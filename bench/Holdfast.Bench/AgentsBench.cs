using System.Diagnostics;
using System.Globalization;
using Holdfast.Agents;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Bench;

/// <summary>
/// Many live agents, and one long conversation. The model answers at once, so that what is measured is the agent: what a live one takes in memory, what one message costs, and what a conversation
/// takes in the file.
/// </summary>
static class AgentsBench
{
    const string Words = "Somebody says something of a length that people have in mind when they write to an agent, and expects it to be understood, kept, and answered.";

    public sealed record Errand(string Text);

    public sealed class Nothing;

    public sealed class Clerk(ClerkDefinition definition) : Agent<Nothing>(definition);

    public sealed class ClerkDefinition(ModelChain models, Toolbox toolbox) : AgentDefinition("You are a clerk.", models, toolbox);

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var (agents, turns) = (arguments.Runs, arguments.Count("--turns"));
        await using var engine = await BenchEngine.StartAsync(arguments.Database, static o => o.UseAgents(), Add);
        Header.Print(
            arguments, engine.Database, $"agents: {agents:N0} live ones that wait for mail, each after one answer; and one conversation of {turns:N0} turns. The model is a function that answers at once",
            "message: from the first of all messages to the last answer, divided; memory: of the process, after a full collection, more than the engine on an empty file");
        GC.Collect();
        var (emptyRss, emptyHeap) = (Machine.RssMiB, GC.GetTotalMemory(forceFullCollection: true));
        Machine.ForgetPeak();

        var begin = new AgentStart();
        var clock = Stopwatch.StartNew();
        var started = new RunHandle<Clerk, AgentAnswer>[agents];
        await Parallel.ForAsync(0, agents, new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (i, _) =>
        {
            var run = started[i] = await engine.Client.StartAsync((Clerk a) => a.Run(begin), string.Create(CultureInfo.InvariantCulture, $"clerk {i}"), CancellationToken.None);
            await run.SendAsync(new(Words), cancellationToken: CancellationToken.None);
        });
        await engine.RestAsync("agents", agents);
        var seconds = clock.Elapsed.TotalSeconds;
        GC.Collect();
        var (peak, rss, heap) = (Machine.PeakRssMiB, Machine.RssMiB, GC.GetTotalMemory(forceFullCollection: true));
        var bytesEach = (heap - emptyHeap) / (double)agents;

        var sizes = new List<(int Turns, long Bytes)>();
        clock.Restart();
        var longRun = started[0];
        for (var turn = 1; turn <= turns; turn++)
        {
            await longRun.SendAsync(new(string.Create(CultureInfo.InvariantCulture, $"{turn}: {Words}")), cancellationToken: CancellationToken.None);
            if (turn % Math.Max(1, turns / 10) != 0) continue;
            await engine.RestAsync("conversation", 1);
            sizes.Add((turn, await TextBytesAsync(engine)));
            Progress.Show($"agents: {turn:N0} of {turns:N0} turns");
        }
        var turnMs = clock.Elapsed.TotalMilliseconds / turns;
        var (first, last) = (sizes[0], sizes[^1]);
        var middle = sizes[(sizes.Count - 1) / 2];
        var (early, late) = ((middle.Bytes - first.Bytes) / (double)(middle.Turns - first.Turns), (last.Bytes - middle.Bytes) / (double)(last.Turns - middle.Turns));

        Console.WriteLine();
        Console.WriteLine($"message   {agents / seconds,12:N0} agents/s started and answered");
        Console.WriteLine($"live      {bytesEach,12:N0} bytes of heap each (at most 10,240); {rss - emptyRss:0.0} MiB more RSS than the engine on an empty file, {peak:0.0} at the highest (at most 500)");
        Console.WriteLine($"turn      {turnMs,12:0.00} ms each in one conversation of {turns:N0}");
        Console.WriteLine($"kept      {early,12:N0} bytes of text a turn in the first half, {late:N0} in the second: {(late <= early * 1.1 ? "linear" : "IT GROWS")}");
        var isWithin = bytesEach <= 10_240 && peak <= 500 && late <= early * 1.1;
        return new(isWithin, new
        {
            scenario = "agents", agents, turns, agentsPerSecond = Math.Round(agents / seconds), bytesPerLiveAgent = Math.Round(bytesEach), rssGrowthMiB = Math.Round(rss - emptyRss, 1), peakRssMiB = peak,
            turnMs = Math.Round(turnMs, 3), textBytesPerTurnEarly = Math.Round(early), textBytesPerTurnLate = Math.Round(late),
        });
    }

    static void Add(HoldfastBuilder builder)
    {
        var work = new Tool<Errand>("work", 1, "Works.");
        builder.Services.AddSingleton(services => new ClerkDefinition(
            new(new Model("bench", new Echo())),
            new(new Gate([work], [work.Admit("work", static _ => true)]), [work.Pure(static errand => errand.Text)], services))
        { MessagesMax = int.MaxValue, BytesMax = long.MaxValue });
        builder.AddAgent<Clerk>().AddWorkflow<Weighs>();
    }

    /// <summary>A model that says the same to everybody, and keeps nothing.</summary>
    sealed class Echo : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var answer = new ChatMessage(ChatRole.Assistant, Words);
            var usage = new UsageDetails { InputTokenCount = 100, OutputTokenCount = 30 };
            return Task.FromResult(new ChatResponse(answer) { FinishReason = ChatFinishReason.Stop, Usage = usage });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("Nobody listens here.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    /// <summary>Weighs the texts of all conversations.</summary>
    public sealed class Weighs : Workflow
    {
        public async Durable<long> Run() => await Transaction(static tx =>
        {
            using var command = tx.Connection.CreateCommand();
            command.CommandText = "SELECT (SELECT SUM(LENGTH(body) + 32) FROM agents_text) + (SELECT COUNT(*) * 70 FROM agents_history) + (SELECT COUNT(*) * 170 FROM agents_model)";
            return (long)command.ExecuteScalar()!;
        });
    }

    static async Task<long> TextBytesAsync(BenchEngine engine) => await (await engine.Client.StartAsync((Weighs w) => w.Run())).ResultAsync();
}
