using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>The captured variables of one scope. The compiler keeps them in one object, so whatever needs one of them keeps all.</summary>
sealed class Closure(SyntaxNode scope)
{
    public SyntaxNode Scope { get; } = scope;

    /// <summary>Those that are declared in the scope itself: with them it begins anew.</summary>
    public List<ISymbol> Own { get; } = [];

    public List<ISymbol> Variables { get; } = [];

    /// <summary>The lambdas and local functions that take something from it.</summary>
    public HashSet<ISymbol> Users { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>The closure of a scope around this one that its object leads to, because some lambda needs both.</summary>
    public Closure? Outer { get; set; }

    /// <summary>All variables that are kept with it.</summary>
    public IEnumerable<ISymbol> Kept
    {
        get
        {
            for (var closure = this; closure is not null; closure = closure.Outer)
                foreach (var variable in closure.Variables) yield return variable;
        }
    }
}

/// <summary>Finds which captured variables of a member lie in one object, as the compiler lays them out.</summary>
sealed class Closures
{
    readonly Dictionary<ISymbol, Closure> _of = new(SymbolEqualityComparer.Default);
    readonly Dictionary<IMethodSymbol, List<Closure>> _usedBy = new(SymbolEqualityComparer.Default);
    readonly HashSet<ISymbol> _objects = new(SymbolEqualityComparer.Default);

    public Closures(Captures captures, IEnumerable<IOperation> blocks)
    {
        foreach (var operation in blocks.SelectMany(static b => b.Descendants()))
            if (operation is IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } taken }) _objects.Add(taken.OriginalDefinition);
        var scopes = new Dictionary<SyntaxNode, Closure>();
        foreach (var function in captures.Functions)
        {
            // What a local function takes is passed to it by reference, unless it may outlive the call.
            if (function.MethodKind == MethodKind.AnonymousFunction || function.IsAsync) _objects.Add(function);
            foreach (var variable in captures.Of(function).Read)
            {
                if (ScopeOf(variable) is not { } scope) continue;
                if (!scopes.TryGetValue(scope, out var closure)) scopes[scope] = closure = new(scope);
                closure.Users.Add(function);
                if (_of.ContainsKey(variable)) continue;
                _of[variable] = closure;
                closure.Own.Add(variable);
                closure.Variables.Add(variable);
            }
        }
        foreach (var closure in scopes.Values.OrderByDescending(static c => c.Scope.SpanStart).ThenBy(static c => c.Scope.Span.Length)) Merge(closure, scopes);
        foreach (var function in captures.Functions) Link(function, captures.Of(function), scopes);
    }

    /// <summary>The closure that the variable lies in, or null.</summary>
    public Closure? Of(ISymbol variable) => _of.TryGetValue(variable, out var closure) ? closure : null;

    /// <summary>The closures that code needs which makes the lambda, or calls the local function.</summary>
    public IReadOnlyList<Closure> UsedBy(IMethodSymbol function) => _usedBy.TryGetValue(function.OriginalDefinition, out var used) ? used : [];

    /// <summary>A release build gives a scope and the one around it one object, where the same functions take from both and no round of a loop begins in between.</summary>
    void Merge(Closure closure, Dictionary<SyntaxNode, Closure> scopes)
    {
        for (SyntaxNode? node = closure.Scope; node is not null; node = node.Parent)
        {
            if (node != closure.Scope && scopes.TryGetValue(node, out var outer) && outer.Variables.Count > 0)
            {
                if (!outer.Users.SetEquals(closure.Users) || !closure.Users.Any(_objects.Contains)) return;
                outer.Variables.AddRange(closure.Variables);
                foreach (var variable in closure.Variables) _of[variable] = outer;
                closure.Variables.Clear();
                return;
            }
            if (IsFunction(node) || node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax) return;
        }
    }

    /// <summary>A lambda lies in the innermost closure that it takes from, and reaches the others from there, over all that are in between.</summary>
    void Link(IMethodSymbol function, Capture capture, Dictionary<SyntaxNode, Closure> scopes)
    {
        var used = new List<Closure>();
        foreach (var variable in capture.Read)
            if (Of(variable) is { } closure && !used.Contains(closure)) used.Add(closure);
        if (used.Count == 0) return;
        if (!_objects.Contains(function))
        {
            _usedBy[function] = used;
            return;
        }
        used.Sort(static (a, b) => b.Scope.SpanStart.CompareTo(a.Scope.SpanStart) is not 0 and var order ? order : a.Scope.Span.Length.CompareTo(b.Scope.Span.Length));
        _usedBy[function] = [used[0]];
        var (inner, outermost) = (used[0], used[used.Count - 1]);
        for (var node = inner.Scope.Parent; node is not null && inner != outermost; node = node.Parent)
            if (scopes.TryGetValue(node, out var around) && around.Variables.Count > 0 && around.Users.Any(_objects.Contains)) inner = inner.Outer = around;
    }

    /// <summary>The syntax whose run makes the variable. The outermost block of a function is the function, with its parameters.</summary>
    static SyntaxNode? ScopeOf(ISymbol variable)
    {
        for (var node = variable.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(); node is not null; node = node.Parent)
            switch (node)
            {
                case BlockSyntax { Parent: { } function } when IsFunction(function): return function;
                case BlockSyntax or ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or UsingStatementSyntax or FixedStatementSyntax or CatchClauseSyntax or SwitchStatementSyntax: return node;
                case var function when IsFunction(function): return function;
            }
        return null;
    }

    static bool IsFunction(SyntaxNode node) => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or MemberDeclarationSyntax;
}
