using System.Text;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers;

/// <summary>Names code in messages.</summary>
static class Describe
{
    const int CharactersMax = 60;

    /// <summary>The source text on one line, cut where a message would become unreadable.</summary>
    public static string Text(SyntaxNode node)
    {
        var text = new StringBuilder();
        foreach (var part in node.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (text.Length > 0) text.Append(' ');
            text.Append(part);
        }
        if (text.Length <= CharactersMax) return text.ToString();
        text.Length = CharactersMax - 1;
        return text.Append('…').ToString();
    }

    public static string Function(IMethodSymbol method) => method.MethodKind switch
    {
        MethodKind.AnonymousFunction => "a durable lambda",
        MethodKind.LocalFunction => $"the durable local function '{method.Name}'",
        MethodKind.PropertyGet when HoldfastTypes.IsQuery(method) => $"the query '{method.AssociatedSymbol!.Name}'",
        _ when HoldfastTypes.IsUpdate(method) => $"the update '{method.Name}'",
        _ when HoldfastTypes.IsQuery(method) => $"the query '{method.Name}'",
        _ => $"the durable method '{method.Name}'",
    };

    /// <summary>A function that is not durable.</summary>
    public static string Ordinary(IMethodSymbol method) => method.MethodKind == MethodKind.AnonymousFunction ? "a lambda" : $"'{method.Name}'";

    public static string Type(ITypeSymbol type) => type.WithNullableAnnotation(NullableAnnotation.None).ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>A time to wait as Delay takes it: a TimeSpan, never bare milliseconds.</summary>
    public static string Time(IOperation time)
    {
        var text = Text(time.Syntax);
        return time.Type?.SpecialType == SpecialType.System_Int32 ? $"TimeSpan.FromMilliseconds({text})" : text;
    }

    /// <summary>The line as editors count it.</summary>
    public static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
