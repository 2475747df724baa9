using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Liveness;

/// <summary>What an operation does to the variables of a function, in the order in which it runs.</summary>
enum Deed
{
    /// <summary>The variable is read, here or by a delegate that may run here.</summary>
    Read,

    /// <summary>The variable gets a new value, for certain.</summary>
    Assign,

    /// <summary>The variable may get a new value.</summary>
    MayAssign,

    /// <summary>The variable can be read from now on by a delegate that is out of sight.</summary>
    Escape,

    /// <summary>The run is saved here, with every variable that is read later.</summary>
    Await,

    /// <summary>A step is started here; what its code captures is saved with it.</summary>
    Intent,
}

/// <summary>One deed. Exists so that both passes of the data flow read the same order.</summary>
sealed class Event(Deed deed, IOperation operation)
{
    public Deed Deed { get; } = deed;

    public IOperation Operation { get; } = operation;

    /// <summary>The variable's number, for those deeds that concern one.</summary>
    public int Variable { get; set; } = -1;

    public Value Value { get; set; }

    /// <summary>Values computed before an await and used after it, in the same expression.</summary>
    public (IOperation Operation, Value Value)[] Pending { get; set; } = [];

    /// <summary>The variables that a step captures.</summary>
    public int[] Captured { get; set; } = [];
}

/// <summary>What is known of a value: fine, not savable, or the same as a variable's.</summary>
readonly struct Value(Unsavable? reason, int copyOf)
{
    // Numbers are kept one higher, so that the default value is the harmless one.
    readonly int _copyOf = copyOf + 1;

    public Unsavable? Reason { get; } = reason;

    public int CopyOf => _copyOf - 1;

    public static Value Fine => default;
}
