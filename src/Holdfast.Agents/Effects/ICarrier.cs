namespace Holdfast.Agents;

/// <summary>Where durable code finds its tools: something that its workflow was injected with, for nothing else of a process can be kept by a run.</summary>
interface ICarrier
{
    Toolbox Toolbox { get; }
}
