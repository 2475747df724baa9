using Claims;

namespace ClaimsDesk;

/// <summary>Where a run keeps its files. It has them for itself until it is disposed.</summary>
sealed class DeskPlace : IDisposable
{
    readonly List<IDisposable> held = [];
    readonly string? temporary;

    DeskPlace(Options options)
    {
        temporary = options.Db is null ? Directory.CreateTempSubdirectory("holdfast-claims-desk-").FullName : null;
        Db = Path.GetFullPath(options.Db ?? Path.Combine(temporary!, "desk.db"));
        Ledger = Path.GetFullPath(options.Ledger ?? Db + ".ledger");
    }

    public string Db { get; }
    public string Ledger { get; }
    public string WorkerAddressFile => Path.Combine(Ledger, "worker.address");

    /// <exception cref="ArgumentException">Something is there already: a book that others began could not be audited.</exception>
    public static DeskPlace Open(Options options)
    {
        var place = new DeskPlace(options);
        try
        {
            Directory.CreateDirectory(place.Ledger);
            Directory.CreateDirectory(Path.GetDirectoryName(place.Db)!);
            place.held.Add(SoleUse.Of(Path.Combine(place.Ledger, "desk")));
            place.held.Add(SoleUse.Of(place.Db + ".desk"));
            if (Path.Exists(place.Db)) throw new ArgumentException($"{place.Db} exists already. Name another --db, or remove it together with its ledgers.");
            foreach (var name in LedgerSeal.Ledgers)
                if (File.Exists(Path.Combine(place.Ledger, name))) throw new ArgumentException($"{place.Ledger} has the ledgers of another run. Name an empty --ledger, or remove them.");
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var one in held) one.Dispose();
        if (temporary is not null) Directory.Delete(temporary, recursive: true);
    }
}
