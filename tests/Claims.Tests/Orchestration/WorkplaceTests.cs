using Claims;
using Holdfast;
using Holdfast.Sqlite;

namespace ClaimsTests.Orchestration;

public sealed class WorkplaceTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task What_nobody_asked_to_keep_is_removed()
    {
        string directory;
        using (var place = await Workplace.OpenAsync(new Options())) Assert.True(Directory.Exists(directory = Path.GetDirectoryName(place.Db)!));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task What_was_named_is_kept()
    {
        using (var place = await Workplace.OpenAsync(Named)) Assert.Equal(scratch.File("a.db.ledger"), place.Ledger);
        Assert.True(Directory.Exists(scratch.File("a.db.ledger")));
    }

    [Fact]
    public async Task A_ledger_without_its_engine_file_would_be_paid_again()
    {
        File.WriteAllText(scratch.File(ProviderLine.FileName), "");
        await Assert.ThrowsAsync<ArgumentException>(() => Workplace.OpenAsync(new Options { Ledger = scratch.Path }));
    }

    [Fact]
    public async Task An_engine_file_without_its_ledger_could_not_be_audited()
    {
        File.WriteAllText(scratch.File("a.db"), "");
        await Assert.ThrowsAsync<ArgumentException>(() => Workplace.OpenAsync(Named with { Ledger = scratch.File("other") }));
    }

    [Fact]
    public async Task A_directory_is_no_engine_file_and_nothing_is_put_beside_it()
    {
        var directory = Directory.CreateDirectory(scratch.File("there")).FullName;
        await Assert.ThrowsAsync<ArgumentException>(() => Workplace.OpenAsync(new Options { Db = directory }));
        Assert.Equal([directory], Directory.GetFileSystemEntries(scratch.Path));
    }

    [Fact]
    public async Task An_empty_engine_file_beside_ledgers_would_pay_them_again()
    {
        await WriteLedgerAsync($"{RunId.Create(DateTimeOffset.UnixEpoch, new Random(1))}-2");
        File.WriteAllText(scratch.File("a.db"), "");
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => Workplace.OpenAsync(Named));
        Assert.Contains("pay them again", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_engine_file_is_not_touched()
    {
        await WriteLedgerAsync("k-1");
        File.WriteAllText(scratch.File("a.db"), new string('x', 10_000));
        await Assert.ThrowsAsync<HoldfastException>(() => Workplace.OpenAsync(Named));
        Assert.Equal(10_000, new FileInfo(scratch.File("a.db")).Length);
    }

    [Theory]
    [InlineData("a.db", "other")]
    [InlineData("other.db", "a.db.ledger")]
    public async Task A_second_run_is_refused_before_it_touches_anything(string db, string ledger)
    {
        using var first = await Workplace.OpenAsync(Named);
        await File.WriteAllTextAsync(first.WorkerAddressFile, "http://127.0.0.1:1");
        var second = new Options { Db = scratch.File(db), Ledger = scratch.File(ledger) };
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Workplace.OpenAsync(second, TimeSpan.Zero));
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(first.WorkerAddressFile));
    }

    [Fact]
    public async Task A_file_that_the_engine_has_open_is_refused()
    {
        await WriteLedgerAsync("k-1");
        await using var owner = SqliteStore.Open(scratch.File("a.db"));
        var refusal = await Assert.ThrowsAsync<HoldfastException>(() => Workplace.OpenAsync(Named));
        Assert.Equal(HoldfastError.StoreOwned, refusal.Error);
    }

    Options Named => new() { Db = scratch.File("a.db") };

    async Task WriteLedgerAsync(string key)
    {
        Directory.CreateDirectory(scratch.File("a.db.ledger"));
        await using var ledger = new Ledger<ProviderLine>(Path.Combine(scratch.File("a.db.ledger"), ProviderLine.FileName), ClaimsJson.Default.ProviderLine);
        await ledger.AppendAsync(new ProviderLine(key, 1, ProviderLine.Payment, 25, 1, true, DateTimeOffset.UnixEpoch));
    }
}
