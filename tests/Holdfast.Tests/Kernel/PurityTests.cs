using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Holdfast.Tests.Kernel;

/// <summary>The kernel can be trusted to be repeatable because there is nothing in it that is not.</summary>
public sealed partial class PurityTests
{
    [GeneratedRegex(@"\b(async|await|lock|Task|ValueTask|Thread|Threading|TimeProvider|Stopwatch|UtcNow|Now|Today|Random|NewGuid|Environment|Console|IServiceProvider|File|Directory|Path|Stream|Socket|HttpClient|Interlocked|Parallel|ThreadLocal|AsyncLocal)\b")]
    private static partial Regex Impure();

    [Fact]
    public void No_clock_no_lot_no_thread_no_input_or_output()
    {
        var folder = Path.Combine(Root(), "src", "Holdfast", "Kernel");
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => Found(Path.GetFileName(file), File.ReadAllText(file))));
    }

    [Theory]
    [InlineData("class C { async void M() { } }")]
    [InlineData("class C { object M() => System.DateTimeOffset.UtcNow; }")]
    [InlineData("using System.IO;")]
    [InlineData("class C { object M() => File.ReadAllText(\"x\"); }")]
    [InlineData("class C { System.Threading.Tasks.Task M() => null!; }")]
    public void The_check_sees_what_it_looks_for(string code) => Assert.NotEmpty(Found("it", code));

    [Fact]
    public void The_check_reads_code_and_not_words() => Assert.Empty(Found("it", "/* await */ class C { string s = \"Task\"; } // Random"));

    static IEnumerable<string> Found(string file, string text)
    {
        // Tokens without comments and strings: a comment may well say that there is no clock.
        var tokens = CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens()
            .Where(token => !token.IsKind(SyntaxKind.StringLiteralToken) && !token.IsKind(SyntaxKind.InterpolatedStringTextToken))
            .Select(token => (token.ValueText, Line: token.GetLocation().GetLineSpan().StartLinePosition.Line + 1))
            .ToList();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (Impure().IsMatch(tokens[i].ValueText) || (i > 1 && tokens[i] is { ValueText: "IO" } && tokens[i - 2] is { ValueText: "System" }))
                yield return $"{file}:{tokens[i].Line}: {tokens[i].ValueText}";
        }
    }

    static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Holdfast.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root is not above the tests.");
        return folder;
    }
}
