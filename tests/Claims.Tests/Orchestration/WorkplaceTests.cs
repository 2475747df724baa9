using Claims;

namespace ClaimsTests.Orchestration;

public sealed class WorkplaceTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void What_nobody_asked_to_keep_is_removed()
    {
        string directory;
        using (var place = Workplace.Open(new Options())) Assert.True(Directory.Exists(directory = Path.GetDirectoryName(place.Db)!));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void What_was_named_is_kept()
    {
        using (var place = Workplace.Open(new Options { Db = scratch.File("a.db") })) Assert.Equal(scratch.File("a.db.ledger"), place.Ledger);
        Assert.True(Directory.Exists(scratch.File("a.db.ledger")));
    }

    [Fact]
    public void A_ledger_without_its_engine_file_would_be_paid_again()
    {
        File.WriteAllText(scratch.File(ProviderLine.FileName), "");
        Assert.Throws<ArgumentException>(() => Workplace.Open(new Options { Ledger = scratch.Path }));
    }

    [Fact]
    public void An_engine_file_without_its_ledger_could_not_be_audited()
    {
        File.WriteAllText(scratch.File("a.db"), "");
        Assert.Throws<ArgumentException>(() => Workplace.Open(new Options { Db = scratch.File("a.db"), Ledger = scratch.File("other") }));
    }
}
