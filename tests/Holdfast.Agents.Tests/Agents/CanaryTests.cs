using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>Words that must not be kept, planted wherever an agent comes past: they are in no file, no log and no answer.</summary>
public sealed class CanaryTests : IDisposable
{
    const string Shown = "shown-to-the-model-4f1c";

    static readonly string[] Tools = ["computes", "looks", "by_key", "by_asking", "once", "cancels", "refused_key", "costly", "unwritable", "shows"];

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Errand(string Text);

    public sealed record Looked([property: System.Text.Json.Serialization.JsonIgnore] string Internal, string Plain);

    public sealed record Unwritable
    {
        public string Value => throw new InvalidOperationException("canary-getter");
    }

    public sealed record Paid(string Invoice);

    /// <summary>Settings of a process, as an options class has them.</summary>
    public sealed class Settings
    {
        public string ConnectionString { get; init; } = "canary-settings";
    }

    public sealed class Errands(Settings settings, ModelChain models, Toolbox toolbox) : AgentDefinition("You run errands.", models, toolbox)
    {
        public string ConnectionString { get; } = settings.ConnectionString;
    }

    public sealed class Runner(Errands definition) : Agent<ClerkState>(definition), IReceives<Paid>
    {
        public bool OnMessage(Paid message) => throw new InvalidOperationException("canary-message");
    }

    static InvalidOperationException Broken(string canary)
    {
        var error = new InvalidOperationException($"The account canary-{canary} is closed.", new ArgumentException($"canary-inner-{canary}"));
        error.Data["key"] = $"canary-data-{canary}";
        return error;
    }

    static Toolbox Make(IServiceProvider services)
    {
        var settings = services.GetRequiredService<Settings>();
        var tools = Tools.ToDictionary(static name => name, static name => new Tool<Errand>(name, 1, "Runs an errand."));
        EffectOptions<Errand> twice = new() { Retry = new() { MaxAttempts = 2, FirstDelay = TimeSpan.FromMilliseconds(1) } };
        return new(
            new Gate(tools.Values, tools.Values.Select(static t => t.Admit(t.Name, static _ => true))),
            [
                tools["computes"].Pure<Errand, int>(static _ => throw Broken("pure"), twice),
                tools["looks"].ReadOnly<Errand, int>(static (_, _) => throw new AggregateException("canary-many", Broken("looks")), twice),
                tools["by_key"].Idempotent<Errand, int>((_, _) => throw Broken(settings.ConnectionString), twice),
                tools["by_asking"].Reconcilable<Errand, int>(static (_, _) => throw Broken("acts"), static (_, _) => throw Broken("asks"), twice with { SettleTime = TimeSpan.Zero }),
                tools["once"].AtMostOnce<Errand, int>(static (_, _) => throw Broken("once"), twice),
                tools["cancels"].Idempotent<Errand, int>(static (_, _) => throw new OperationCanceledException("canary-cancelled"), twice),
                tools["refused_key"].Idempotent<Errand, int>(static (_, _) => throw new HoldfastException(HoldfastError.Misuse, "canary-engine"), twice),
                tools["costly"].Idempotent<Errand, int>(static (_, _) => Task.FromResult(1), twice with { CostMax = static _ => throw Broken("cost") }),
                tools["unwritable"].Idempotent(static (_, _) => Task.FromResult(new Unwritable()), twice),
                tools["shows"].ReadOnly((_, _) => Task.FromResult(new Looked($"canary-result {settings.ConnectionString}", Shown)), twice),
            ], services);
    }

    [Fact]
    public async Task What_nobody_is_to_read_is_in_no_file_no_log_and_no_answer()
    {
        // Calls every tool at once, fails in its way, answers, and refuses the key of the last question.
        await using var provider = await DoubleServer.StartAsync(static request => request.Asked.Messages[^1] switch
        {
            { Results.Count: > 0 } => DoubleReply.Say("Done."),
            { Text: var text } when text.Contains("refuse", StringComparison.Ordinal) => DoubleReply.Say("") with { Fault = Fault.Unauthorized },
            _ => new DoubleReply { Calls = [.. Tools.Select(static tool => new DoubleCall("", tool, """{"text":"it"}"""))] },
        });
        var broken = new StubClient(static _ => throw new HttpRequestException("canary-body: your prompt was …", Broken("body"), System.Net.HttpStatusCode.ServiceUnavailable));
        var (log, shown, traced) = (new LogCapture(), new ConcurrentQueue<Exception>(), new ConcurrentQueue<string>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name.StartsWith("Holdfast", StringComparison.Ordinal), Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Enqueue($"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(static e => e.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        var told = "";
        await using (var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton<ILoggerFactory>(log).AddSingleton(new Settings()).AddSingleton(Make);
            builder.Services.AddSingleton(services => new Errands(
                services.GetRequiredService<Settings>(),
                new(new Model("broken", broken) { OnError = shown.Enqueue }, new Model("double", Providers.Client(WireFormat.OpenAi, provider.Address)) { OnError = shown.Enqueue }), services.GetRequiredService<Toolbox>())
            {
                ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) }, ReconcileTimes = 1, RuleInDoubt = static doubt => doubt.Tool == "once" ? throw Broken("policy") : new(CallRulingKind.DidNotHappen, "policy"),
                LookTime = TimeSpan.FromMilliseconds(50),
            });
            builder.AddAgent<Runner>();
        }))
        {
            var run = await desk.Client.StartAsync((Runner a) => a.Run(new AgentStart()));
            await run.SendAsync(new("run them all"));
            while (await run.QueryAsync(a => a.Doubt) is not { } doubt || !await run.RuleAsync(doubt, new(CallRulingKind.DidNotHappen, "Ada"))) await Task.Delay(5);
            await run.SendAsync(AgentMail.Of(new Paid("A-1")));
            await run.SendAsync(new("refuse my key"));
            await run.SendAsync(new("") { IsEnd = true });
            await desk.ResultAsync<AgentAnswer>(run);
            var conversation = await desk.Client.ReadConversationAsync(run.Id);
            told = JsonSerializer.Serialize(conversation.Select(static m => Encoding.UTF8.GetString(m.ToJson())));
            using var cassette = new StringWriter();
            (await desk.Client.ReadCassetteAsync(run.Id)).Write(cassette);
            told += $"{cassette}{JsonSerializer.Serialize(await desk.ResultAsync<AgentAnswer>(run))}";
        }
        // What is to be seen is seen where it is looked for: in what was told, in the log and in the file, and by whoever listens.
        Assert.Contains(Shown, told, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", told, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", log.Text, StringComparison.Ordinal);
        Assert.Contains(shown, static e => e.ToString().Contains(Providers.Key, StringComparison.Ordinal));
        var files = Directory.GetFiles(Path.GetDirectoryName(_files["runs.db"])!).ToDictionary(static f => f, File.ReadAllBytes);
        Assert.Contains(files.Values, static bytes => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Shown)) >= 0);
        foreach (var (place, text) in new[] { ("told", told), ("logged", log.Text), ("traced", string.Join('\n', traced)) }) Assert.True(!text.Contains("canary", StringComparison.Ordinal), $"{place}: {Around(text)}");
        foreach (var (file, bytes) in files)
        {
            Assert.True(bytes.AsSpan().IndexOf("canary"u8) < 0, $"{Path.GetFileName(file)}: {Around(Encoding.Latin1.GetString(bytes))}");
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("canary")) < 0, $"{Path.GetFileName(file)} has it in UTF-16.");
        }
    }

    static string Around(string text) => text.IndexOf("canary", StringComparison.Ordinal) is var at and >= 0 ? text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 100)] : "";
}
