using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Faults;

namespace Holdfast.Tests.Storage;

public sealed partial class SqliteStoreTests : StoreContract
{
    // No reserve: writing 16 MB for each test would be most of what the tests do.
    static readonly SqliteStoreOptions Small = new() { ReserveBytes = 0 };

    readonly TemporaryDirectory _directory = new();
    readonly List<FaultyVfs> _disks = [];
    SqliteStoreOptions _options = Small;

    string DatabasePath => _directory["test.db"];

    protected override IStore Open() => SqliteStore.Open(DatabasePath, _options);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _disks.ForEach(disk => disk.Dispose());
        _directory.Dispose();
    }
}
