using System.Collections.Immutable;
using Holdfast.Analyzers.Liveness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD014: what a step returns is saved with the run.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StepResultAnalyzer : DiagnosticAnalyzer
{
    static readonly ImmutableDictionary<string, string?> Query = ImmutableDictionary<string, string?>.Empty.Add(Diagnostics.IsQuery, null);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.StepReturns];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is null) return;
            var judge = new TypeJudge();
            start.RegisterOperationAction(c => Check(c, judge), OperationKind.Invocation);
        });
    }

    static void Check(OperationAnalysisContext context, TypeJudge judge)
    {
        var step = (IInvocationOperation)context.Operation;
        // Of a step without a result, whatever its code returns is thrown away.
        if (!HoldfastTypes.IsStep(step.TargetMethod) || step.TargetMethod.TypeArguments.Length != 1) return;
        var result = step.TargetMethod.TypeArguments[0];
        if (judge.Find(result) is { } reason)
        {
            Report(context, result, reason, null);
            return;
        }
        foreach (var argument in step.Arguments)
        {
            if (!HoldfastTypes.IsStepBody(argument) || StepBody.Of(argument.Value) is not { } body) continue;
            foreach (var value in body.Results())
            {
                if (Values.IsNothing(value) || Unsaved(value, body.Block, judge) is not { } found) continue;
                Report(context, found.Type, found, value);
                return;
            }
        }
    }

    /// <summary>Why a returned value cannot be saved, though its type on the way out does not tell.</summary>
    /// <param name="value">What is returned.</param>
    /// <param name="body">The code of the step.</param>
    /// <param name="judge">Judges types.</param>
    /// <param name="isLocal">Whether it is what a local was declared with. Only one is followed: code that is being written may have locals that are declared with themselves.</param>
    static Unsavable? Unsaved(IOperation value, IOperation body, TypeJudge judge, bool isLocal = false)
    {
        while (value is IConversionOperation { Conversion.IsUserDefined: false } conversion) value = conversion.Operand;
        switch (value)
        {
            case IConditionalOperation { WhenFalse: { } whenFalse } either: return Unsaved(either.WhenTrue, body, judge, isLocal) ?? Unsaved(whenFalse, body, judge, isLocal);
            case ITranslatedQueryOperation query: return Unsaved(query.Operation, body, judge, isLocal);
            // What is assigned once is what it was declared with.
            case ILocalReferenceOperation { Local: var local } when !isLocal:
                var declared = body.Descendants().OfType<IVariableDeclaratorOperation>().FirstOrDefault(d => SymbolEqualityComparer.Default.Equals(d.Symbol, local));
                var isAssigned = body.Descendants().Any(o => o is IAssignmentOperation { Target: ILocalReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Local, local));
                return judge.Find(local.Type) ?? (isAssigned || declared?.Initializer is not { } initializer ? null : Unsaved(initializer.Value, body, judge, isLocal: true));
        }
        return Values.IsLazy(value) ? new(value.Type!, UnsavableTypes.ToList) : judge.Find(value.Type);
    }

    static void Report(OperationAnalysisContext context, ITypeSymbol type, Unsavable reason, IOperation? value)
    {
        var hint = reason.Hint == UnsavableTypes.AsStep ? "Await it within the step, and return what comes of it" : reason.HintFor(null);
        var isQuery = reason.Hint == UnsavableTypes.ToList && value is not null;
        context.ReportDiagnostic(Diagnostic.Create(
            Diagnostics.StepReturns, context.Operation.Syntax.GetLocation(), isQuery ? [value!.Syntax.GetLocation()] : [], isQuery ? Query : ImmutableDictionary<string, string?>.Empty,
            Describe.Text(context.Operation.Syntax), Describe.Type(type), hint));
    }
}
