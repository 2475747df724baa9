using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD007: what a durable method computes with is part of the run, not of the process.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StaticStateAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.StaticState];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            var automatic = new ConcurrentDictionary<IPropertySymbol, bool>(SymbolEqualityComparer.Default);
            start.RegisterOperationAction(c => CheckField(c, types), OperationKind.FieldReference);
            start.RegisterOperationAction(c => CheckProperty(c, types, automatic), OperationKind.PropertyReference);
            start.RegisterOperationAction(c => CheckEvent(c, types), OperationKind.EventReference);
        });
    }

    static void CheckField(OperationAnalysisContext context, HoldfastTypes types)
    {
        var reference = (IFieldReferenceOperation)context.Operation;
        if (reference.Field is not { IsStatic: true, IsConst: false } field || field.ContainingType.TypeKind == TypeKind.Enum) return;
        if (!field.IsReadOnly) Report(context, types, field, IsWritten(reference) ? "changes" : "reads");
        else if (BelongsToTheFlow(field.Type)) Report(context, types, field, "uses");
        else if (ChangingCalls.IsCollection(field.Type) && IsChanged(reference)) Report(context, types, field, "changes");
    }

    static void CheckProperty(OperationAnalysisContext context, HoldfastTypes types, ConcurrentDictionary<IPropertySymbol, bool> automatic)
    {
        var reference = (IPropertyReferenceOperation)context.Operation;
        if (reference.Property is not { IsStatic: true } property) return;
        // One without a setter is a read-only field by another name.
        var isChanged = property.SetMethod is null ? ChangingCalls.IsCollection(property.Type) && IsChanged(reference) : IsWritten(reference);
        if ((property.SetMethod is not null || isChanged) && automatic.GetOrAdd(property.OriginalDefinition, IsAutomatic)) Report(context, types, property, isChanged ? "changes" : "reads");
    }

    static void CheckEvent(OperationAnalysisContext context, HoldfastTypes types)
    {
        var reference = (IEventReferenceOperation)context.Operation;
        if (reference.Event.IsStatic) Report(context, types, reference.Event, reference.Parent is IEventAssignmentOperation ? "changes" : "reads");
    }

    static void Report(OperationAnalysisContext context, HoldfastTypes types, ISymbol symbol, string deed)
    {
        if (DurableCode.CommittedAround(context, types) is not { } function) return;
        var (kind, hint) = symbol switch
        {
            IEventSymbol => ("event", "Let a signal tell the run what happens: await Receive(…)"),
            IFieldSymbol { Type: var type } when BelongsToTheFlow(type) => ("field", "Use a plain variable; such values do not cross an await of a run"),
            _ => (symbol is IFieldSymbol ? "field" : "property", "Make it a field of the workflow, pass it in with the input, or use it within a step"),
        };
        context.ReportDiagnostic(Diagnostic.Create(
            Diagnostics.StaticState, context.Operation.Syntax.GetLocation(), $"The {kind} '{symbol.Name}'", Describe.Function(function), deed, hint));
    }

    static bool IsWritten(IOperation reference) => reference.Parent switch
    {
        IAssignmentOperation assignment => ReferenceEquals(assignment.Target, reference),
        IIncrementOrDecrementOperation => true,
        IArgumentOperation argument => argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out,
        _ => false,
    };

    /// <summary>A table that is filled once and read is fine; what a run adds to it is not.</summary>
    static bool IsChanged(IOperation reference) => reference.Parent switch
    {
        IInvocationOperation call => ReferenceEquals(ChangingCalls.ChangedBy(call), reference),
        IArgumentOperation { Parent: IInvocationOperation call } => ReferenceEquals(ChangingCalls.ChangedBy(call), reference),
        IPropertyReferenceOperation { Property.IsIndexer: true } item => IsWritten(item),
        IArrayElementReferenceOperation element => ReferenceEquals(element.ArrayReference, reference) && IsWritten(element),
        _ => false,
    };

    static bool BelongsToTheFlow(ITypeSymbol? type) => type is { Name: "AsyncLocal" or "ThreadLocal", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } };

    /// <summary>What the framework or another library does behind its properties is its own affair.</summary>
    static bool IsAutomatic(IPropertySymbol property)
    {
        foreach (var declaration in property.DeclaringSyntaxReferences)
            if (declaration.GetSyntax() is PropertyDeclarationSyntax { ExpressionBody: null, AccessorList.Accessors: var accessors })
                return accessors.All(static a => a.Body is null && a.ExpressionBody is null);
        return false;
    }
}
