using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Holdfast.Analyzers;

/// <summary>HOLD008: a workflow has one Run that the engine can call. The same is checked when it is registered.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RunShapeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.RunShape];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is { } types) start.RegisterSymbolAction(c => Check(c, types), SymbolKind.NamedType);
        });
    }

    static void Check(SymbolAnalysisContext context, HoldfastTypes types)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.IsAbstract || !types.IsWorkflow(type)) return;
        var named = Runs(type);
        var callable = named.Where(static m => m is { DeclaredAccessibility: Accessibility.Public, IsStatic: false }).ToList();
        switch (callable.Count)
        {
            case 0: ReportNone(context, type, named); break;
            case 1: CheckOne(context, type, callable[0], types); break;
            default:
                // Each of them stands for a choice that somebody has to make, so the later ones are pointed at.
                foreach (var extra in callable.Skip(1))
                    Report(context, type, extra, $"The workflow '{type.Name}' has {callable.Count} public methods named Run", "Give the others another name, or make them private");
                break;
        }
    }

    static void ReportNone(SymbolAnalysisContext context, INamedTypeSymbol type, List<IMethodSymbol> named)
    {
        if (named.Count == 0) Report(context, type, null, $"The workflow '{type.Name}' has no Run", "Add it, or make the class abstract if others derive from it");
        else if (named.Find(static m => m.IsStatic) is { } shared) Report(context, type, shared, $"'{type.Name}.Run' is static", "Remove 'static'");
        else Report(context, type, named[0], $"'{type.Name}.Run' is not public", "Make it public");
    }

    static void CheckOne(SymbolAnalysisContext context, INamedTypeSymbol type, IMethodSymbol run, HoldfastTypes types)
    {
        if (run.IsGenericMethod)
            Report(context, type, run, $"'{type.Name}.Run' is generic", "Move its type parameters to the class, or choose the types");
        else if (run.Parameters.Length > 1)
            Report(context, type, run, $"'{type.Name}.Run' has {run.Parameters.Length} parameters", "Put them into one record");
        else if (run.Parameters.Any(static p => p.RefKind != RefKind.None))
            Report(context, type, run, $"'{type.Name}.Run' takes its parameter by reference", "Take it by value");
        else if (run.ReturnType.TypeKind != TypeKind.Error && !types.ReturnsDurable(run))
            Report(context, type, run, $"'{type.Name}.Run' returns {Describe.Type(run.ReturnType)}", run.ReturnsVoid ? "Let it return Durable" : "Let it return Durable, or Durable<T> with the type of its result");
    }

    static void Report(SymbolAnalysisContext context, INamedTypeSymbol type, IMethodSymbol? run, string what, string hint)
    {
        // An inherited Run is reported where the workflow stands: its base may be fine by itself, or not be here at all.
        var at = run is not null && SymbolEqualityComparer.Default.Equals(run.ContainingType, type) ? run : (ISymbol)type;
        foreach (var location in at.Locations.Where(static l => l.IsInSource).Take(1)) context.ReportDiagnostic(Diagnostic.Create(Diagnostics.RunShape, location, what, hint));
    }

    /// <summary>Every method named Run that the class has or inherits, without those that a further one overrides.</summary>
    static List<IMethodSymbol> Runs(INamedTypeSymbol type)
    {
        var found = new List<IMethodSymbol>();
        var overridden = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        for (var level = type; level is not null; level = level.BaseType)
        {
            var own = 0;
            foreach (var member in level.GetMembers("Run"))
            {
                if (member is not IMethodSymbol { MethodKind: MethodKind.Ordinary } method) continue;
                if (method.OverriddenMethod is { } parent) overridden.Add(parent.OriginalDefinition);
                // Statics and private ones of a base are none of the class's own.
                if (!ReferenceEquals(level, type) && (method.IsStatic || method.DeclaredAccessibility != Accessibility.Public)) continue;
                // Inherited ones come first: what the class itself adds is what is one too many.
                if (!overridden.Contains(method.OriginalDefinition)) found.Insert(own++, method);
            }
        }
        return found;
    }
}
