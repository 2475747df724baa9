using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>What the test assembly does when it is started as a program: a process with an agent that is watched, or with a call that is carried out, and that a test may kill.</summary>
static class TestProcess
{
    const string Watch = "watch";

    /// <summary>Starts one on a file. Each line that it writes is a piece of what the agent says.</summary>
    /// <param name="file">The store.</param>
    /// <param name="model">Where the double of the model is.</param>
    /// <param name="last">The last piece that was heard; null for none.</param>
    public static Process Start(string file, Uri model, AgentSpeech? last) => Start([Watch, file, model.ToString(), JsonSerializer.Serialize(last)]);

    /// <summary>Starts this assembly as a program.</summary>
    public static Process Start(string[] arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo(host, ["exec", typeof(TestProcess).Assembly.Location, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [CarryProcess.Name, var store, var outside, var tool, var place])
        {
            await CarryProcess.RunAsync(store, outside, tool, place);
            return 0;
        }
        if (arguments is not [Watch, var file, var model, var heard])
        {
            await Console.Error.WriteLineAsync("This is a test assembly. Run it with 'dotnet test'.");
            return 1;
        }
        var streams = new AgentStreams();
        await using var desk = await Desk.StartAsync(() => Holdfast.Sqlite.SqliteStore.Open(file), builder =>
        {
            builder.Services.AddSingleton(new Bank()).AddSingleton(services => BankTools.Make(services));
            Model Speaking(WireFormat format) => new($"{format}", Providers.Client(format, new(model))) { Timeout = TimeSpan.FromMinutes(10) };
            var models = new ModelChain(Speaking(WireFormat.OpenAi), Speaking(WireFormat.Anthropic));
            builder.Services.AddSingleton(services => new ClerkDefinition(models, services.GetRequiredService<Toolbox>()) { Streams = streams });
            builder.AddAgent<Clerk>();
        });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Well?", null, null)), key: "watched");
        using var over = new CancellationTokenSource();
        // Whoever started it has gone, or has heard enough.
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            await over.CancelAsync();
        });
        try
        {
            await foreach (var speech in streams.ListenAsync(run.Id, JsonSerializer.Deserialize<AgentSpeech?>(heard), desk.Client, over.Token)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(speech));
        }
        catch (OperationCanceledException)
        {
            // That was all.
        }
        return 0;
    }
}
