using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD015: what a step captured is not assigned between the step's creation and its await, as if the step could still see it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LateAssignmentAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.AssignedLate];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not null) start.RegisterOperationAction(Check, OperationKind.Invocation);
        });
    }

    static void Check(OperationAnalysisContext context)
    {
        var step = (IInvocationOperation)context.Operation;
        if (!HoldfastTypes.IsStep(step.TargetMethod) || KeptIn(step) is not var (durable, statement) || statement.Parent is not IBlockOperation block) return;
        var captured = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var argument in step.Arguments)
            if (HoldfastTypes.IsStepBody(argument) && StepBody.Of(argument.Value) is { } body)
                captured.UnionWith(body.Block.Descendants().Select(Referred).OfType<ISymbol>());
        var between = block.Operations.SkipWhile(s => s != statement).Skip(1).ToList();
        var end = between.FindIndex(s => Awaits(s, durable));
        for (var i = 0; i < end; i++)
            foreach (var (target, symbol) in Assigned(between[i]))
                // Assigned for another step that starts before the await, it is meant for that one.
                if (captured.Contains(symbol) && !between.Skip(i).Take(end - i + 1).Any(s => IsCapturedAgain(s, symbol)))
                    context.ReportDiagnostic(Diagnostic.Create(
                        Diagnostics.AssignedLate, target.Syntax.GetLocation(), [step.Syntax.GetLocation()], symbol.Name, Describe.Text(step.Syntax), Describe.Line(step.Syntax)));
    }

    /// <summary>The local that the step's durable is put into as it is made, and the statement that does so.</summary>
    static (ILocalSymbol Durable, IOperation Statement)? KeptIn(IInvocationOperation step)
    {
        var value = step.Parent;
        while (value is IConversionOperation) value = value.Parent;
        return value switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local, Parent.Parent: { } declaration } } => (local, declaration),
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target, Parent: IExpressionStatementOperation statement } => (target.Local, statement),
            _ => null,
        };
    }

    static bool Awaits(IOperation statement, ILocalSymbol durable) => statement.DescendantsAndSelf().Any(o =>
        o is IAwaitOperation wait && wait.Descendants().Any(r => r is ILocalReferenceOperation local && SymbolEqualityComparer.Default.Equals(local.Local, durable)));

    static bool IsCapturedAgain(IOperation statement, ISymbol symbol) => statement.DescendantsAndSelf().Any(o =>
        o is IInvocationOperation call && HoldfastTypes.IsStep(call.TargetMethod) && call.Descendants().Any(r => SymbolEqualityComparer.Default.Equals(Referred(r), symbol)));

    /// <summary>What the statement itself assigns; its lambdas may run later, or never.</summary>
    static IEnumerable<(IOperation Target, ISymbol Symbol)> Assigned(IOperation statement)
    {
        var open = new Stack<IOperation>([statement]);
        while (open.Count > 0)
        {
            var operation = open.Pop();
            var target = operation switch
            {
                IAssignmentOperation assignment => assignment.Target,
                IIncrementOrDecrementOperation increment => increment.Target,
                IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument => argument.Value,
                _ => null,
            };
            foreach (var part in target is ITupleOperation tuple ? tuple.Elements : target is null ? [] : ImmutableArray.Create(target))
            {
                var variable = part;
                // A part of a struct is a part of the variable that holds it.
                while (variable is IFieldReferenceOperation { Instance: { Type.IsValueType: true } whole }) variable = whole;
                if (Referred(variable) is { } symbol) yield return (variable, symbol);
            }
            foreach (var child in operation.ChildOperations)
                if (child is not (IAnonymousFunctionOperation or ILocalFunctionOperation)) open.Push(child);
        }
    }

    /// <summary>The variable, or the field or property of the workflow, that an operation is a reference to.</summary>
    static ISymbol? Referred(IOperation operation) => operation switch
    {
        ILocalReferenceOperation { IsDeclaration: false } local => local.Local,
        IParameterReferenceOperation parameter when Liveness.Captures.IsVariable(parameter.Parameter) => parameter.Parameter,
        IMemberReferenceOperation { Instance: IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }, Member: IFieldSymbol or IPropertySymbol } member => member.Member,
        _ => null,
    };
}
