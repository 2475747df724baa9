using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Holdfast.Analyzers.Liveness;

/// <summary>The variables of one function by number: locals, parameters, captured ones, and the compiler's own.</summary>
sealed class Variables
{
    readonly Dictionary<ISymbol, int> _symbols = new(SymbolEqualityComparer.Default);
    readonly Dictionary<CaptureId, int> _temporaries = [];
    readonly List<ISymbol?> _symbolOf = [];
    readonly List<IOperation?> _originOf = [];
    readonly List<HashSet<int>> _heldBy = [];

    public int Count => _symbolOf.Count;

    public int this[ISymbol symbol]
    {
        get
        {
            if (_symbols.TryGetValue(symbol, out var number)) return number;
            return _symbols[symbol] = Add(symbol);
        }
    }

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
