namespace Claims;

/// <summary>Where a run keeps its files. It has them for itself until it is disposed.</summary>
sealed class Workplace : IDisposable
{
    readonly List<IDisposable> held = [];
    string? temporary;

    Workplace(string db, string ledger) => (Db, Ledger) = (db, ledger);

    public string Db { get; }
    public string Ledger { get; }
    public string WorkerAddressFile => Path.Combine(Ledger, "worker.address");

    /// <summary>Takes the files, before anything in them is touched.</summary>
    /// <param name="patience">How long to wait for the processes of a run that was killed; null for 10 seconds.</param>
    /// <exception cref="ArgumentException">Engine file and ledgers do not belong together: then claims would be paid under new keys, or not at all.</exception>
    /// <exception cref="InvalidOperationException">Another run has them.</exception>
    /// <exception cref="Holdfast.HoldfastException">The engine's file cannot be used.</exception>
    public static async Task<Workplace> OpenAsync(Options options, TimeSpan? patience = null)
    {
        var temporary = options.Db is null ? Directory.CreateTempSubdirectory("holdfast-claims-").FullName : null;
        var db = Path.GetFullPath(options.Db ?? Path.Combine(temporary!, "claims.db"));
        var place = new Workplace(db, Path.GetFullPath(options.Ledger ?? db + ".ledger")) { temporary = temporary };
        try
        {
            await place.TakeAsync(patience);
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

    async Task TakeAsync(TimeSpan? patience)
    {
        if (Directory.Exists(Db)) throw new ArgumentException($"{Db} is a directory; --db names the engine's file, such as {Path.Combine(Db, "claims.db")}.");
        Directory.CreateDirectory(Ledger);
        if (Path.GetDirectoryName(Db) is { } directory) Directory.CreateDirectory(directory);
        held.Add(SoleUse.Of(Path.Combine(Ledger, "claims"), patience));
        held.Add(SoleUse.Of(Db + ".claims", patience));
        var hasLedger = File.Exists(Path.Combine(Ledger, ProviderLine.FileName));
        if (File.Exists(Db) && !hasLedger)
            throw new ArgumentException($"{Db} exists, but its ledgers are not in {Ledger}: what it has paid could not be audited. Name its --ledger, or another --db.");
        if (!File.Exists(Db) && hasLedger)
            throw new ArgumentException($"{Ledger} has ledgers, but {Db} does not exist: every claim in them would be paid again. Name their --db, or an empty --ledger.");
        if (hasLedger)
        {
            // The worker gives its ledger back last.
            foreach (var name in (string[])[ProviderLine.FileName, AdjusterLine.FileName, OperatorLine.FileName])
                await SoleUse.Of(Path.Combine(Ledger, name), patience).DisposeAsync();
            await Belonging.CheckAsync(Db, Ledger);
        }
        File.Delete(WorkerAddressFile);
    }
}
