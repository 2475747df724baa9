using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Holdfast.Analyzers;

/// <summary>HOLD012: a workflow has a name, and versions count from one. The same is checked when it is registered.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WorkflowNameAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.WorkflowName];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("Holdfast.WorkflowAttribute") is { } attribute) start.RegisterSymbolAction(c => Check(c, attribute), SymbolKind.NamedType);
        });
    }

    static void Check(SymbolAnalysisContext context, INamedTypeSymbol attribute)
    {
        foreach (var named in context.Symbol.GetAttributes())
        {
            if (!SymbolEqualityComparer.Default.Equals(named.AttributeClass, attribute) || named.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken) is not AttributeSyntax { ArgumentList.Arguments: var written }) continue;
            // What does not compile has no value here, and the compiler speaks already.
            if (named.ConstructorArguments is { Length: 1 } given && given[0] is { Kind: TypedConstantKind.Primitive } name && string.IsNullOrWhiteSpace(name.Value as string))
                Report(written.FirstOrDefault(static a => a.NameEquals is null), "no name", "Give it one that outlives the class's own, or leave the attribute out: then the class's name is taken");
            foreach (var argument in named.NamedArguments)
                if (argument is { Key: "Version", Value.Value: int version } && version < 1)
                    Report(written.FirstOrDefault(static a => a.NameEquals?.Name.Identifier.ValueText == "Version"), $"version {version}", "Versions count from 1");
        }

        void Report(AttributeArgumentSyntax? at, string what, string hint) =>
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.WorkflowName, at?.Expression.GetLocation() ?? context.Symbol.Locations[0], context.Symbol.Name, what, hint));
    }
}
