namespace Holdfast.Agents;

/// <summary>What a tool does to the world, and so what may be done after a crash in the middle of it. The tool declares it; nobody guesses.</summary>
public enum EffectKind
{
    /// <summary>It computes. It may run any number of times.</summary>
    Pure = 1,

    /// <summary>It looks at the world and changes nothing. It may run any number of times, and may find something else each time.</summary>
    ReadOnly = 2,

    /// <summary>It changes the world once for each key that it is given. After a crash it runs again with the same key.</summary>
    Idempotent = 3,

    /// <summary>It changes the world each time, and the world can be asked whether it did. After a crash it is asked first.</summary>
    Reconcilable = 4,

    /// <summary>It changes the world each time, and nobody can be asked. After a crash it is in doubt until a person or a policy decides.</summary>
    AtMostOnce = 5,
}
