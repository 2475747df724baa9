namespace Holdfast.Kernel;

/// <summary>What a process was doing with a run when it died.</summary>
enum Death
{
    /// <summary>Nothing that could have caused it.</summary>
    Elsewhere,

    /// <summary>A step of the run had begun and was waiting for something, as very many do at any moment: weak evidence.</summary>
    InStep,

    /// <summary>Code of the run had a thread, as only a few do at any moment: strong evidence.</summary>
    OnThread,
}
