using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Tools that are carried out by a handler.</summary>
public sealed class HandlerTests : IDisposable
{
    public sealed record Payment(string Invoice, int Amount);

    static readonly Tool<Payment> s_pay = new("pay", 1, "Pays.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed class Payer(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectResult> Run(string arguments) => await Carry.Out(toolbox, new CallRequest(1, "pay", arguments));
    }

    Task<Desk> StartAsync(string handler) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        builder.AddStep<Payment, string>("transfer", static (payment, _) => Task.FromResult($"{payment}"));
        builder.Services.AddSingleton(services => new Toolbox(new Gate([s_pay], [s_pay.Admit("all", static _ => true)]), [s_pay.Calls(EffectKind.AtMostOnce, handler)], services));
        builder.Services.AddSingleton(static services => new ClerkDefinition(new(new Model("scripted", new ScriptedModel())), services.GetRequiredService<Toolbox>()));
        builder.AddWorkflow<Payer>().AddAgent<Clerk>();
    });

    [Theory]
    [InlineData("""{"invoice":"A-1","amount":5}""")]
    [InlineData("""{"amount":5.0,"invoice":"A-1"}""")]
    [InlineData("""{"amount":50e-1,"invoice":"\u0041-1"}""")]
    public async Task They_are_given_what_the_gate_has_judged(string arguments)
    {
        await using var desk = await StartAsync("transfer");
        var result = await desk.ResultAsync<EffectResult>(await desk.Client.StartAsync((Payer w) => w.Run(arguments)));
        Assert.Equal((EffectStatus.Succeeded, $"\"{new Payment("A-1", 5)}\""), (result.Status, System.Text.Json.JsonSerializer.Deserialize<string>(result.Json) is { } text ? $"\"{text}\"" : null));
    }

    [Fact]
    public async Task One_that_nobody_has_registered_is_refused_at_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await StartAsync("tranfser"));
        Assert.Contains("'tranfser'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'transfer'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'pay'", error.Message, StringComparison.Ordinal);
    }
}
