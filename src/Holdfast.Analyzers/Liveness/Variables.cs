using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>The variables of one function by number: locals, parameters, captured ones, and the compiler's own.</summary>
/// <param name="closures">Which of them lie in one object. The object has a number too.</param>
sealed class Variables(Closures closures)
{
    readonly Dictionary<ISymbol, int> _symbols = new(SymbolEqualityComparer.Default);
    readonly Dictionary<CaptureId, int> _temporaries = [];
    readonly List<ISymbol?> _symbolOf = [];
    readonly List<IOperation?> _originOf = [];
    readonly List<HashSet<int>> _heldBy = [];
    readonly Dictionary<Closure, int> _closures = [];
    readonly Dictionary<int, int[]> _keptBy = [];

    public int Count => _symbolOf.Count;

    public int this[ISymbol symbol]
    {
        get
        {
            if (_symbols.TryGetValue(symbol, out var number)) return number;
            _symbols[symbol] = number = Add(symbol);
            if (closures.Of(symbol) is { } closure) ClosureOf.Add(number, this[closure]);
            return number;
        }
    }

    public int this[Closure closure]
    {
        get
        {
            if (_closures.TryGetValue(closure, out var number)) return number;
            _closures[closure] = number = Add(null);
            _keptBy[number] = [.. closure.Kept.Select(v => this[v])];
            return number;
        }
    }

    /// <summary>The closures that variables lie in.</summary>
    public Dictionary<int, int> ClosureOf { get; } = [];

    /// <summary>What is kept with this closure; null for a variable.</summary>
    public int[]? KeptBy(int variable) => _keptBy.TryGetValue(variable, out var kept) ? kept : null;

    /// <summary>The closures that code needs which makes a lambda or calls a local function.</summary>
    public IEnumerable<int> UsedBy(IMethodSymbol function) => closures.UsedBy(function).Select(c => this[c]);

    /// <summary>The closure that begins anew with the scope of this variable.</summary>
    public int? BegunWith(ISymbol symbol) => closures.Of(symbol) is { } closure && closure.Own.Contains(symbol, SymbolEqualityComparer.Default) ? this[closure] : null;

    public int this[CaptureId temporary]
    {
        get
        {
            if (_temporaries.TryGetValue(temporary, out var number)) return number;
            return _temporaries[temporary] = Add(null);
        }
    }

    /// <summary>Makes a temporary stand for a declared variable.</summary>
    public void Alias(CaptureId temporary, ISymbol symbol) => _temporaries[temporary] = this[symbol];

    /// <summary>The declared variable, or null for one of the compiler's own.</summary>
    public ISymbol? SymbolOf(int variable) => _symbolOf[variable];

    public ITypeSymbol? TypeOf(int variable) => _symbolOf[variable] switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        _ => null,
    };

    /// <summary>Where a variable of the compiler's own got its value, to name it by.</summary>
    public IOperation? OriginOf(int variable) => _originOf[variable];

    public void SetOrigin(int variable, IOperation origin) => _originOf[variable] = origin;

    /// <summary>The variables that a delegate in this variable may reach.</summary>
    public HashSet<int> HeldBy(int variable) => _heldBy[variable];

    int Add(ISymbol? symbol)
    {
        _symbolOf.Add(symbol);
        _originOf.Add(null);
        _heldBy.Add([]);
        return _symbolOf.Count - 1;
    }
}
