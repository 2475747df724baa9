using System.Collections.Immutable;
using Holdfast.Analyzers.Liveness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD002: what a durable method needs after an await can be saved at it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AliveAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.NotSavable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            var judge = new TypeJudge();
            start.RegisterOperationBlockAction(c => Check(c, types, judge));
        });
    }

    static void Check(OperationBlockAnalysisContext context, HoldfastTypes types, TypeJudge judge)
    {
        var captures = new Captures(context.OperationBlocks);
        var member = context.OwningSymbol as IMethodSymbol;
        var isDurable = member is not null && types.IsDurableFunction(member);
        // Most members of most programs end here: flow graphs are built for durable code only.
        if (!isDurable && !captures.Functions.Any(types.IsDurableFunction)) return;
        foreach (var block in context.OperationBlocks)
        {
            if (block.Kind is OperationKind.Attribute || block.SemanticModel is not { } model) continue;
            var graph = context.GetControlFlowGraph(block);
            if (isDurable) Check(graph, member!);
            CheckNested(graph);

            void CheckNested(ControlFlowGraph outer)
            {
                foreach (var local in outer.LocalFunctions) Both(outer.GetLocalFunctionControlFlowGraph(local), local);
                foreach (var lambda in Lambdas(outer)) Both(outer.GetAnonymousFunctionControlFlowGraph(lambda), lambda.Symbol);
            }

            void Both(ControlFlowGraph inner, IMethodSymbol function)
            {
                if (types.IsDurableFunction(function)) Check(inner, function);
                CheckNested(inner);
            }

            void Check(ControlFlowGraph graph, IMethodSymbol function)
            {
                var variables = new Variables();
                var values = new Values(judge, variables);
                var events = new EventReader(variables, values, captures, a => types.IsDurable(a, model)).Read(graph);
                // What a parked lambda or local function captured is held by its closure for as long as it is parked.
                var captured = SymbolEqualityComparer.Default.Equals(function, member) ? [] : captures.Of(function).Read;
                var always = new HashSet<int>(captured.Select(s => variables[s]));
                var atEntry = new Dictionary<int, Unsavable>();
                foreach (var symbol in captured.Concat(function.Parameters))
                    if (values.OfType(variables[symbol]) is { } reason) atEntry[variables[symbol]] = reason;
                new AliveAcrossAwaits(graph, events, variables, always, new(variables, context.ReportDiagnostic)).Run(atEntry);
            }
        }
    }

    static IEnumerable<IFlowAnonymousFunctionOperation> Lambdas(ControlFlowGraph graph)
    {
        foreach (var block in graph.Blocks)
        {
            foreach (var operation in block.Operations)
                foreach (var lambda in operation.DescendantsAndSelf().OfType<IFlowAnonymousFunctionOperation>())
                    yield return lambda;
            if (block.BranchValue is null) continue;
            foreach (var lambda in block.BranchValue.DescendantsAndSelf().OfType<IFlowAnonymousFunctionOperation>())
                yield return lambda;
        }
    }
}
