using Holdfast.Frames;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Whether a run's frames can be read by the code that is loaded here, without running any of it.</summary>
static class SnapshotCheck
{
    /// <summary>What stands against it, or null.</summary>
    public static string? Problem(Engine engine, WorkflowType type, StoredRun stored)
    {
        using var services = new ServiceLease(engine.Provider, type);
        var graph = new RunGraph(new()
        {
            Run = stored.Run.Id,
            Codec = engine.Codec,
            Json = engine.Json,
            Registry = engine.Registry,
            CancelGrace = engine.Options.CancelGrace,
            Random = engine.Options.Random,
            Time = engine.Time,
        });
        try
        {
            // Large values are not fetched: code and types are what is looked at.
            engine.Codec.DecodeRun(stored.Snapshot, static _ => Array.Empty<byte>(), graph, services);
            return null;
        }
        catch (HoldfastException error)
        {
            return error.Message;
        }
    }
}
