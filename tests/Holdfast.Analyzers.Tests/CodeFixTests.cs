using Holdfast.Analyzers.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Holdfast.Analyzers.Tests;

public sealed class CodeFixTests
{
    static readonly CodeFixProvider[] Fixes = [new AwaitFix(), new BlockingFix(), new ToListFix(), new ReadOnlyFix(), new ForgottenCallFix(), new StepResultFix(), new StepChangeFix(), new RunShapeFix()];

    [Theory]
    [InlineData("await Task.Delay(TimeSpan.FromDays(3));", "await Delay(TimeSpan.FromDays(3));")]
    [InlineData("await Task.Delay(50);", "await Delay(TimeSpan.FromMilliseconds(50));")]
    [InlineData("await Task.Delay(50).ConfigureAwait(false);", "await Delay(TimeSpan.FromMilliseconds(50));")]
    [InlineData("return await payments.Refund(request.Id);", "return await Step(() => payments.Refund(request.Id));")]
    [InlineData("var n = await payments.Refund(\"a\").ConfigureAwait(false);", "var n = await Step(() => payments.Refund(\"a\"));")]
    [InlineData("return (await payments.Charge(request, \"\")).Length;", "return (await Step(() => payments.Charge(request, \"\"))).Length;")]
    [InlineData("Thread.Sleep(50);", "await Delay(TimeSpan.FromMilliseconds(50));")]
    [InlineData("Thread.Sleep(TimeSpan.FromDays(1));", "await Delay(TimeSpan.FromDays(1));")]
    [InlineData("return payments.Refund(\"a\").Result;", "return await Step(() => payments.Refund(\"a\"));")]
    [InlineData("return payments.Charge(request, \"\").Result.Length;", "return (await Step(() => payments.Charge(request, \"\"))).Length;")]
    [InlineData("return payments.Refund(\"a\").GetAwaiter().GetResult();", "return await Step(() => payments.Refund(\"a\"));")]
    [InlineData("mail.Send(\"a\").Wait();", "await Step(() => mail.Send(\"a\"));")]
    [InlineData("foreach (var i in request.Items.Where(i => i.Count > 0)) await Step(() => mail.Send(i.Name));", "foreach (var i in request.Items.Where(i => i.Count > 0).ToList()) await Step(() => mail.Send(i.Name));")]
    [InlineData("var names = request.Items.Select(i => i.Name); await Delay(TimeSpan.Zero); return names.Count();", "var names = request.Items.Select(i => i.Name).ToList(); await Delay(TimeSpan.Zero); return names.Count();")]
    [InlineData("var names = from i in request.Items select i.Name; await Delay(TimeSpan.Zero); return names.Count();", "var names = (from i in request.Items select i.Name).ToList(); await Delay(TimeSpan.Zero); return names.Count();")]
    [InlineData("mail.Send(\"a\");", "await Step(() => mail.Send(\"a\"));")]
    [InlineData("_ = mail.Send(\"a\").ConfigureAwait(false);", "await Step(() => mail.Send(\"a\"));")]
    [InlineData("_ = File.WriteAllTextAsync(\"a\", \"b\");", "await Step(() => File.WriteAllTextAsync(\"a\", \"b\"));")]
    [InlineData("Task.Run(() => mail.Log(\"a\"));", "await Step(() => Task.Run(() => mail.Log(\"a\")));")]
    [InlineData("var n = 0; await Step(async () => { n = await payments.Refund(\"a\"); }); _total = n;", "var n = 0; n = await Step(() => payments.Refund(\"a\")); _total = n;")]
    [InlineData("await Step(async () => _total = await payments.Refund(\"a\"));", "_total = await Step(() => payments.Refund(\"a\"));")]
    [InlineData("var all = new List<int>(); await Step(async () => { all.Add(await payments.Refund(\"a\")); }); _total = all.Count;", "var all = new List<int>(); all.Add(await Step(() => payments.Refund(\"a\"))); _total = all.Count;")]
    [InlineData("var box = new Box(); await Step(async () => box.Value = await payments.Refund(\"a\").ConfigureAwait(false)); _total = box.Value;", "var box = new Box(); box.Value = await Step(() => payments.Refund(\"a\")); _total = box.Value;")]
    [InlineData("var all = new int[2]; await Step(async () => { all[1] = await payments.Refund(\"a\"); }); _total = all[1];", "var all = new int[2]; all[1] = await Step(() => payments.Refund(\"a\")); _total = all[1];")]
    [InlineData("var names = await Step(async () => request.Items.Select(i => i.Name)); return names.Count();", "var names = await Step(async () => request.Items.Select(i => i.Name).ToList()); return names.Count();")]
    public async Task The_fix_writes_what_the_hint_says(string wrong, string right)
    {
        var (before, after) = (Analysis.Workflow(wrong + " return 1;"), Analysis.Workflow(right + " return 1;"));
        Assert.Equal(after, await Fixed(before));
        await Analysis.Silent(after);
    }

    [Fact]
    public async Task Outside_of_a_workflow_the_verbs_are_on_Durable() => Assert.Equal(
        "static class Pause { public static async Durable For(int n, IMail mail) { await Durable.Delay(TimeSpan.FromMilliseconds(n)); await Durable.Step(() => mail.Send(\"a\")); } }",
        await Fixed("static class Pause { public static async Durable For(int n, IMail mail) { await Task.Delay(n); await mail.Send(\"a\"); } }"));

    [Fact]
    public async Task A_field_that_starts_anew_loses_readonly() => Assert.Contains(
        "\n    StringWriter _lines = new();", await Fixed(Analysis.Workflow("_lines.Write(1); return 1;", "readonly StringWriter _lines = new();"), onlyOnce: true), StringComparison.Ordinal);

    [Theory]
    [InlineData("public static async Durable Run() => await Delay(TimeSpan.Zero);", "public async Durable Run() => await Delay(TimeSpan.Zero);")]
    [InlineData("async Durable Run() => await Delay(TimeSpan.Zero);", "public async Durable Run() => await Delay(TimeSpan.Zero);")]
    [InlineData("private protected async Durable Run() => await Delay(TimeSpan.Zero);", "public async Durable Run() => await Delay(TimeSpan.Zero);")]
    [InlineData("/* starts */ internal async Durable Run() => await Delay(TimeSpan.Zero);", "/* starts */ public async Durable Run() => await Delay(TimeSpan.Zero);")]
    [InlineData("public async Task Run() { }", "public async Durable Run() { }")]
    [InlineData("public async Task<List<int>> Run() => [];", "public async Durable<List<int>> Run() => [];")]
    [InlineData("public async System.Threading.Tasks.ValueTask<int> Run(int n) => n;", "public async Durable<int> Run(int n) => n;")]
    [InlineData("public async void Run() { }", "public async Durable Run() { }")]
    public async Task A_run_gets_the_shape_that_is_needed(string wrong, string right)
    {
        var (before, after) = ($"sealed class Trial : Workflow {{ {wrong} }}", $"sealed class Trial : Workflow {{ {right} }}");
        Assert.Equal(after, await Fixed(before));
        await Analysis.Silent(after);
    }

    [Theory]
    [InlineData("public Task Run() => Task.CompletedTask;")]
    [InlineData("public async Task<int> Run(int n, int m) => n + m;")]
    [InlineData("public async Durable Run() { } public async Task Run(int n) { }")]
    public async Task A_run_that_takes_more_than_that_is_left_to_its_author(string wrong)
    {
        var source = $"sealed class Trial : Workflow {{ {wrong} }}";
        Assert.NotEmpty(await Analysis.Run(source));
        Assert.Equal(source, await Fixed(source));
    }

    [Theory]
    [InlineData("var n = 0; await Step(async () => { n = await payments.Refund(\"a\"); await mail.Send(\"b\"); }); _total = n;")]
    [InlineData("var n = 0; await Step(async () => { n += await payments.Refund(\"a\"); }); _total = n;")]
    [InlineData("var all = new List<int>(); await Step(async () => { all.Add(await payments.Refund(\"a\")); await mail.Send(\"b\"); }); _total = all.Count;")]
    [InlineData("var all = new List<int>(); await Step(async step => { all.Add(step.Attempt); await mail.Send(\"b\"); }); _total = all.Count;")]
    [InlineData("var box = new Box(); await Step(async () => { box.Value += await payments.Refund(\"a\"); }); _total = box.Value;")]
    [InlineData("await Pause(); Durable Pause() { _ = mail.Send(\"a\"); return Delay(TimeSpan.Zero); }")]
    [InlineData("File.Delete(\"a\");")]
    [InlineData("var sending = mail.Send(\"a\"); await sending;")]
    [InlineData("await Task.WhenAll(mail.Send(\"a\"), mail.Send(\"b\"));")]
    [InlineData("await Task.Yield();")]
    [InlineData("await mail.Send((await Step(() => payments.Refund(\"a\"))).ToString());")]
    [InlineData("await Pause(); Durable Pause() { Thread.Sleep(1); return Delay(TimeSpan.Zero); }")]
    [InlineData("var file = new MemoryStream(); await Delay(TimeSpan.Zero); file.WriteByte(1);")]
    public async Task Where_no_fix_is_obvious_none_is_offered(string body)
    {
        var source = Analysis.Workflow(body + " return 1;");
        Assert.NotEmpty(await Analysis.Run(source));
        Assert.Equal(source, await Fixed(source));
    }

    /// <summary>Applies the first fix that is offered, until none is.</summary>
    static async Task<string> Fixed(string source, bool onlyOnce = false)
    {
        for (var round = 0; round < 10; round++)
        {
            using var workspace = new AdhocWorkspace();
            var document = Analysis.Document(workspace, source);
            CodeAction? action = null;
            foreach (var diagnostic in await Analysis.Run(source))
            {
                // Reports of another compilation are looked up by their place in the text.
                var tree = (await document.GetSyntaxTreeAsync())!;
                var here = Diagnostic.Create(
                    diagnostic.Descriptor, Location.Create(tree, diagnostic.Location.SourceSpan),
                    diagnostic.AdditionalLocations.Select(l => Location.Create(tree, l.SourceSpan)), diagnostic.Properties);
                foreach (var fix in Fixes.Where(f => f.FixableDiagnosticIds.Contains(diagnostic.Id)))
                    await fix.RegisterCodeFixesAsync(new(document, here, (offered, _) => action ??= offered, CancellationToken.None));
                if (action is not null) break;
            }
            if (action is null) return source;
            var operations = await action.GetOperationsAsync(CancellationToken.None);
            var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
            source = (await changed.GetTextAsync()).ToString();
            if (onlyOnce) return source;
        }
        throw new InvalidOperationException($"The fixes do not come to an end: {source}");
    }
}
