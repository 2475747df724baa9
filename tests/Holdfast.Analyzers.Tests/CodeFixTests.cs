using Holdfast.Analyzers.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Holdfast.Analyzers.Tests;

public sealed class CodeFixTests
{
    static readonly CodeFixProvider[] Fixes = [new AwaitFix(), new BlockingFix(), new ToListFix(), new ReadOnlyFix()];

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
