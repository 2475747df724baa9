namespace Holdfast.Analyzers.Tests;

public sealed class RunShapeTests
{
    [Theory]
    [InlineData("sealed class [|Trial|] : Workflow { public async Durable Start() { await Delay(TimeSpan.Zero); } }", "The workflow 'Trial' has no Run")]
    [InlineData("sealed class Trial : Workflow { public async Durable Run() { } public async Durable [|Run|](int n) { } }", "The workflow 'Trial' has 2 public methods named Run")]
    [InlineData("sealed class Trial : Workflow { public async Durable [|Run|](int n, int m) { } }", "'Trial.Run' has 2 parameters")]
    [InlineData("sealed class Trial : Workflow { public Durable [|Run|](in int n) => Delay(TimeSpan.Zero); }", "'Trial.Run' takes its parameter by reference")]
    [InlineData("sealed class Trial : Workflow { public async Task<int> [|Run|]() { await Task.Yield(); return 1; } }", "'Trial.Run' returns Task<int>")]
    [InlineData("sealed class Trial : Workflow { public void [|Run|]() { } }", "'Trial.Run' returns void")]
    [InlineData("sealed class Trial : Workflow { async Durable [|Run|]() { } }", "'Trial.Run' is not public")]
    [InlineData("sealed class Trial : Workflow { public static async Durable [|Run|]() { } }", "'Trial.Run' is static")]
    [InlineData("sealed class Trial : Workflow { public async Durable [|Run|]<T>() { } }", "'Trial.Run' is generic")]
    [InlineData("abstract class Base : Workflow { public Durable Run(int n, int m) => Delay(TimeSpan.Zero); } sealed class [|Trial|] : Base;", "'Trial.Run' has 2 parameters")]
    [InlineData("abstract class Base : Workflow { public Durable Run(int n) => Delay(TimeSpan.Zero); } sealed class Trial : Base { public Durable [|Run|]() => Delay(TimeSpan.Zero); }", "The workflow 'Trial' has 2 public methods")]
    [InlineData("static class Outer { sealed class [|Trial|] : Workflow; }", "The workflow 'Trial' has no Run")]
    public async Task A_run_that_cannot_be_called_is_reported(string source, string part)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD008", source));
        Assert.StartsWith(part, text, StringComparison.Ordinal);
        Assert.Contains("exactly one public method Run, of no or one parameter, that returns Durable or Durable<T>", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sealed class Trial : Workflow { public async Durable Run() { } }")]
    [InlineData("sealed class Trial : Workflow { public Durable<int> Run(int n) => Step(() => Task.FromResult(n)); }")]
    [InlineData("sealed class Trial : Workflow { public async Durable Run() => await Run(1); async Durable Run(int n) => await Delay(TimeSpan.FromDays(n)); static int Run(string s) => 1; }")]
    [InlineData("sealed class Trial<T> : Workflow { public async Durable<T> Run(T input) { await Delay(TimeSpan.Zero); return input; } }")]
    [InlineData("abstract class Base : Workflow { public abstract Durable Run(); } sealed class Trial : Base { public override async Durable Run() { } }")]
    [InlineData("abstract class Base : Workflow { public async Durable Run() => await Work(); protected abstract Durable Work(); } sealed class Trial : Base { protected override async Durable Work() { } }")]
    [InlineData("abstract class Base : Workflow { protected Durable Pause() => Delay(TimeSpan.Zero); } sealed class Trial : Base { public async Durable Run() => await Pause(); }")]
    [InlineData("interface IRun { Task Run(); } sealed class Trial : Workflow, IRun { public async Durable Run() { } Task IRun.Run() => Task.CompletedTask; }")]
    [InlineData("sealed class Plain { public Task Run(int n, int m) => Task.CompletedTask; }")]
    public Task A_run_that_can_be_called_is_fine(string source) => Analysis.Silent(source);
}
