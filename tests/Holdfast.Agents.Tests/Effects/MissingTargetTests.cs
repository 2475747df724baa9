using System.Collections.Concurrent;
using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Tools that are methods of a class of which there is no object.</summary>
public sealed class MissingTargetTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed class Reminders(Bank bank)
    {
        [Tool(EffectKind.AtMostOnce), Description("Reminds.")]
        public int Remind(string customer) => bank.Done.Count + customer.Length;
    }

    public sealed class Leaky
    {
        public Leaky() => throw new InvalidOperationException("canary-51c2");

        [Tool(EffectKind.AtMostOnce), Description("Reminds.")]
        public int Remind(string customer) => customer.Length + GetHashCode();
    }

    [Fact]
    public Task One_that_is_not_registered_is_refused_with_what_to_do() => RefusesAsync<Reminders>(static _ => { }, "services.AddSingleton<Reminders>()");

    [Fact]
    public Task One_whose_constructor_throws_is_refused_without_its_words() => RefusesAsync<Leaky>(static s => s.AddSingleton<Leaky>(), "InvalidOperationException");

    async Task RefusesAsync<T>(Action<IServiceCollection> register, string why) where T : class
    {
        var (tools, shown) = (ToolMethods.Of<T>(), new ConcurrentQueue<Exception>());
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            register(builder.Services.AddSingleton(new Bank()));
            builder.Services.AddSingleton(services => new Toolbox(new Gate([tools[0].Tool], [tools.Named("remind").Admit("all", static _ => true)]), tools, services, new() { OnError = (_, error) => shown.Enqueue(error) }));
            builder.AddWorkflow<ToolMethodTests.Runs>();
        });
        CallRequest[] calls = [new(1, "remind", """{"customer":"Ann"}""")];
        var result = Assert.Single(await desk.ResultAsync<EffectResult[]>(await desk.Client.StartAsync((ToolMethodTests.Runs w) => w.Run(calls))));
        Assert.Equal(EffectStatus.Refused, result.Status);
        Assert.Contains(why, result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(shown);
        Assert.Equal(0L, await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM agents_call"));
    }
}
