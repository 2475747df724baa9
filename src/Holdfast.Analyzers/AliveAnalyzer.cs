using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Analyzers.Liveness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers;

/// <summary>HOLD002 and HOLD004: what a durable method needs after an await can be saved at it, and what a step captures with the step.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AliveAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Diagnostics.NotSavable, Diagnostics.StepCaptures];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (HoldfastTypes.TryFind(start.Compilation) is not { } types) return;
            var judge = new TypeJudge();
            start.RegisterOperationBlockStartAction(c => Watch(c, types, judge));
        });
    }

    /// <summary>Most members of most programs have nothing durable in them: flow graphs are built where something is.</summary>
    static void Watch(OperationBlockStartAnalysisContext context, HoldfastTypes types, TypeJudge judge)
    {
        var concerned = new ConcurrentDictionary<IMethodSymbol, bool>(SymbolEqualityComparer.Default);
        if (context.OwningSymbol is IMethodSymbol member && types.IsDurableFunction(member)) concerned[member] = true;
        context.RegisterOperationAction(c => Mark(((IAnonymousFunctionOperation)c.Operation).Symbol), OperationKind.AnonymousFunction);
        context.RegisterOperationAction(c => Mark(((ILocalFunctionOperation)c.Operation).Symbol), OperationKind.LocalFunction);
        context.RegisterOperationAction(
            c =>
            {
                if (HoldfastTypes.IsStep(((IInvocationOperation)c.Operation).TargetMethod) && OwnerOf(c) is { } owner) concerned[owner] = true;
            },
            OperationKind.Invocation);
        context.RegisterOperationBlockEndAction(c =>
        {
            if (!concerned.IsEmpty) Check(c, types, judge, concerned);
        });

        void Mark(IMethodSymbol function)
        {
            if (types.IsDurableFunction(function)) concerned[function] = true;
        }
    }

    static IMethodSymbol? OwnerOf(OperationAnalysisContext context)
    {
        for (var parent = context.Operation.Parent; parent is not null; parent = parent.Parent)
            if (parent is IAnonymousFunctionOperation lambda) return lambda.Symbol;
            else if (parent is ILocalFunctionOperation local) return local.Symbol;
        return context.ContainingSymbol as IMethodSymbol;
    }

    static void Check(OperationBlockAnalysisContext context, HoldfastTypes types, TypeJudge judge, ConcurrentDictionary<IMethodSymbol, bool> concerned)
    {
        var captures = new Captures(context.OperationBlocks);
        var closures = new Closures(captures, context.OperationBlocks);
        if (HeldFields.Filled(context.OperationBlocks) is { Count: > 0 } filled) judge = new TypeJudge(filled);
        var member = context.OwningSymbol as IMethodSymbol;
        foreach (var block in context.OperationBlocks)
        {
            if (block.Kind is OperationKind.Attribute || block.SemanticModel is not { } model) continue;
            var graph = context.GetControlFlowGraph(block);
            if (member is not null && concerned.ContainsKey(member)) Check(graph, member);
            CheckNested(graph);

            void CheckNested(ControlFlowGraph outer)
            {
                foreach (var local in outer.LocalFunctions) Both(outer.GetLocalFunctionControlFlowGraph(local), local);
                foreach (var lambda in Lambdas(outer)) Both(outer.GetAnonymousFunctionControlFlowGraph(lambda), lambda.Symbol);
            }

            void Both(ControlFlowGraph inner, IMethodSymbol function)
            {
                if (concerned.ContainsKey(function)) Check(inner, function);
                CheckNested(inner);
            }

            void Check(ControlFlowGraph graph, IMethodSymbol function)
            {
                var variables = new Variables(closures);
                var values = new Values(judge, variables);
                // A function that is not durable is not saved itself; only the steps that it starts are.
                var isSaved = types.IsDurableFunction(function);
                var events = new EventReader(variables, values, captures, a => isSaved && types.IsDurable(a, model)).Read(graph);
                // What a parked lambda or local function captured is held by its closure for as long as it is parked.
                var captured = SymbolEqualityComparer.Default.Equals(function, member) ? [] : captures.Of(function).Read;
                var always = new HashSet<int>(captured.Select(s => variables[s]).Concat(captured.Count > 0 ? variables.UsedBy(function) : []));
                var atEntry = new Dictionary<int, Unsavable>();
                foreach (var symbol in captured.Concat(function.Parameters))
                    // Where the constructor was given such a thing, it may well be that: then it is injected again.
                    if (values.OfType(variables[symbol]) is { Hint: not UnsavableTypes.Injected } reason && (!reason.MayBeService || types.MayBeInjected(reason.Type, context.OwningSymbol.ContainingType, context.Compilation) == false)) atEntry[variables[symbol]] = reason;
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
