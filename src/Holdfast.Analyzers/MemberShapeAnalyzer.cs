using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Holdfast.Analyzers;

/// <summary>HOLD016: a query or an update can be called in one go, by its name, with values. The same is checked when the workflow is registered.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MemberShapeAnalyzer : DiagnosticAnalyzer
{
    const string InRun = "Waiting belongs into Run: let it be synchronous, and change what Run looks at";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.MemberShape];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is { } types) start.RegisterSymbolAction(c => Check(c, types), SymbolKind.Method, SymbolKind.Property);
        });
    }

    static void Check(SymbolAnalysisContext context, HoldfastTypes types)
    {
        var member = context.Symbol;
        var isUpdate = HoldfastTypes.IsMarked(member, "UpdateAttribute");
        var isQuery = HoldfastTypes.IsMarked(member, "QueryAttribute");
        if ((!isUpdate && !isQuery) || !types.IsWorkflow(member.ContainingType)) return;
        var what = isUpdate ? "update" : "query";
        if (Problem(member, isUpdate, isQuery, what, types) is not var (problem, hint)) return;
        context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MemberShape, member.Locations[0], what, member.Name, problem, hint));
    }

    static (string Problem, string Hint)? Problem(ISymbol member, bool isUpdate, bool isQuery, string what, HoldfastTypes types)
    {
        if (isUpdate && isQuery) return ("is marked as a query too", "Decide whether it changes the state, and leave the other attribute out");
        if (member.IsStatic) return ("is static", "It belongs to a run: remove 'static'");
        if (HasNamesake(member, isUpdate ? "UpdateAttribute" : "QueryAttribute")) return ($"is not the only {what} of its name", "Give each a name of its own: callers from other processes know no more than it");
        return member switch
        {
            IPropertySymbol { IsIndexer: true } or IPropertySymbol { GetMethod: null } => ("is no property that can be read", "Make it a property with a getter, or a method"),
            IPropertySymbol property => Problem(property.GetMethod!, types),
            IMethodSymbol { ReturnsVoid: true, IsAsync: false } when isQuery => ("gives no answer", "Let it return what it tells; what changes the state is an update"),
            IMethodSymbol method => Problem(method, types),
            _ => null,
        };
    }

    static (string Problem, string Hint)? Problem(IMethodSymbol method, HoldfastTypes types)
    {
        if (method.IsAsync || types.ReturnsDurable(method) || IsAwaited(method.ReturnType)) return ("awaits", InRun);
        if (method.IsGenericMethod) return ("has type parameters", "JSON does not tell them: choose the types");
        return method.ReturnsByRef || method.ReturnsByRefReadonly || method.ReturnType.IsRefLikeType || method.Parameters.Any(static p => p.RefKind != RefKind.None || p.Type.IsRefLikeType)
            ? ("takes or gives something by reference", "Use values that JSON can carry")
            : null;
    }

    static bool IsAwaited(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { Name: "IAsyncEnumerable", ContainingNamespace: { Name: "Generic", ContainingNamespace.Name: "Collections" } }) return true;
        for (var level = type; level is not null; level = level.BaseType)
            if (level.GetMembers(WellKnownMemberNames.GetAwaiter).Any(static m => m is IMethodSymbol { Parameters.IsEmpty: true, DeclaredAccessibility: Accessibility.Public, IsStatic: false })) return true;
        return false;
    }

    /// <summary>Overloads are told at each but the first.</summary>
    static bool HasNamesake(ISymbol member, string attribute) =>
        member.ContainingType.GetMembers(member.Name).First(m => HoldfastTypes.IsMarked(m, attribute)) is var first && !SymbolEqualityComparer.Default.Equals(first, member);
}
