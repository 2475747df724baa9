namespace Claims;

/// <summary>Where a run keeps its files.</summary>
sealed class Workplace : IDisposable
{
    readonly string? temporary;

    Workplace(string db, string ledger, string? temporary) => (Db, Ledger, this.temporary) = (db, ledger, temporary);

    public string Db { get; }
    public string Ledger { get; }
    public string WorkerAddressFile => Path.Combine(Ledger, "worker.address");

    /// <exception cref="ArgumentException">Engine file and ledgers do not belong together: then claims would be paid under new keys, or not at all.</exception>
    public static Workplace Open(Options options)
    {
        string? temporary = null;
        if (options.Db is null)
            temporary = Directory.CreateTempSubdirectory("holdfast-claims-").FullName;
        var db = options.Db ?? Path.Combine(temporary!, "claims.db");
        var ledger = options.Ledger ?? db + ".ledger";
        Directory.CreateDirectory(ledger);
        var place = new Workplace(Path.GetFullPath(db), Path.GetFullPath(ledger), temporary);
        try
        {
            var hasLedger = File.Exists(Path.Combine(ledger, ProviderLine.FileName));
            if (File.Exists(db) && !hasLedger)
                throw new ArgumentException($"{db} exists, but its ledgers are not in {ledger}: what it has paid could not be audited. Name its --ledger, or another --db.");
            if (!File.Exists(db) && hasLedger)
                throw new ArgumentException($"{ledger} has ledgers, but {db} does not exist: every claim in them would be paid again. Name their --db, or an empty --ledger.");
            if (Path.GetDirectoryName(place.Db) is { } directory) Directory.CreateDirectory(directory);
            File.Delete(place.WorkerAddressFile);
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
        if (temporary is not null) Directory.Delete(temporary, recursive: true);
    }
}
