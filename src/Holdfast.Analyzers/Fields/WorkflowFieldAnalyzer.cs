using System.Collections.Immutable;
using Holdfast.Analyzers.Liveness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Fields;

/// <summary>HOLD009 and HOLD010: a workflow's fields are its state, and what they hold comes back after a restart.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WorkflowFieldAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.StartsAnew, Diagnostics.FieldNotSavable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            var judge = new TypeJudge();
            start.RegisterSymbolStartAction(c => Watch(c, types, judge), SymbolKind.NamedType);
        });
    }

    static void Watch(SymbolStartAnalysisContext context, HoldfastTypes types, TypeJudge judge)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        // Only the code of workflow classes is looked at, and of those only where they have fields of their own.
        if (!types.IsWorkflow(type) || !type.GetMembers().Any(static m => m is IFieldSymbol { IsStatic: false, IsConst: false })) return;
        var uses = new FieldUses(type);
        context.RegisterOperationAction(c => uses.Initialized(((IFieldInitializerOperation)c.Operation).InitializedFields, (ISymbolInitializerOperation)c.Operation), OperationKind.FieldInitializer);
        context.RegisterOperationAction(c => uses.Initialized(((IPropertyInitializerOperation)c.Operation).InitializedProperties, (ISymbolInitializerOperation)c.Operation), OperationKind.PropertyInitializer);
        context.RegisterOperationAction(c => uses.Met((IMemberReferenceOperation)c.Operation, c.ContainingSymbol), OperationKind.FieldReference, OperationKind.PropertyReference);
        context.RegisterSymbolEndAction(c => Report(c, uses, judge));
    }

    static void Report(SymbolAnalysisContext context, FieldUses uses, TypeJudge judge)
    {
        foreach (var field in uses.All)
        {
            var kind = field.Symbol is IPropertySymbol ? "property" : "field";
            var location = field.Symbol.Locations.FirstOrDefault(static l => l.IsInSource);
            if (location is null) continue;
            foreach (var value in field.Values)
            {
                if ((judge.Find(value) ?? judge.Find(field.Type)) is not { } reason) continue;
                // What a class of the user's holds is saved with it, so that a read-only field of such a class does not only start anew.
                if (!field.IsReadOnly || reason.Path is not null)
                    context.ReportDiagnostic(Diagnostic.Create(Diagnostics.FieldNotSavable, location, kind, field.Symbol.Name, Describe.Type(reason.Type), reason.HintFor(field.Symbol.Name)));
                else if (field.IsUsedInTurns && RunState.IsKeptIn(reason.Type))
                    context.ReportDiagnostic(Diagnostic.Create(Diagnostics.StartsAnew, location, kind, field.Symbol.Name, Describe.Type(reason.Type), reason.Hint));
                else continue;
                break;
            }
        }
    }
}
