using Holdfast.Simulation.Disk;

namespace Holdfast.Simulation.Worlds;

/// <summary>
/// A copy of the store, and what was outside of the store at the moment of which the copy is. A world of its own goes on from there, as if everything
/// after that moment had been lost.
/// </summary>
sealed class Backup(World world, string name)
{
    readonly List<RunId> _acknowledged = [.. world.Acknowledged];

    /// <summary>The file's name on the disk.</summary>
    public string Name { get; } = name;

    /// <summary>Names the copy, and must be named by whoever opens it.</summary>
    public string Id { get; } = $"id of {name}";

    public DateTimeOffset Utc { get; private set; }

    /// <summary>What steps had done to the world outside.</summary>
    public Ledger? Ledger { get; private set; }

    /// <summary>What the store had said.</summary>
    public Books? Books { get; private set; }

    public Dictionary<RunId, string> BuildOf { get; private set; } = [];

    public HashSet<RunId> Redelivered { get; private set; } = [];

    public int Build { get; } = world.Build;

    public bool HadTakeOver { get; private set; }

    /// <summary>What had been acknowledged when the backup was asked for.</summary>
    public IReadOnlyList<RunId> Acknowledged => _acknowledged;

    /// <summary>The file, once it is there.</summary>
    public FileImage? Image => world.Disk.Find(Name);

    /// <summary>The copy is complete at this moment.</summary>
    public void Complete()
    {
        Utc = world.Clock.UtcNow;
        (Ledger, Books, BuildOf, Redelivered, HadTakeOver) = (world.Ledger.CopyFor(world), world.Books.CopyFor(world), new(world.BuildOf), [.. world.Redelivered], world.Chaos.HadTakeOver);
    }
}
