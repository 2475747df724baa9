using Claims;

namespace ClaimsTests.Ledger;

public sealed class LedgerTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Concurrent_appends_all_arrive_whole_and_in_order()
    {
        await using (var ledger = Open())
            await Task.WhenAll(Enumerable.Range(1, 2_000).Select(row => ledger.AppendAsync(Line(row))));
        Assert.Equal(Enumerable.Range(1, 2_000), Read().Select(line => line.Row));
    }

    [Fact]
    public async Task A_line_is_readable_as_soon_as_its_append_has_ended()
    {
        await using var ledger = Open();
        await ledger.AppendAsync(Line(1));
        Assert.Equal(Line(1), Assert.Single(Read()));
    }

    [Fact]
    public async Task A_torn_last_line_does_not_count_and_is_cut_off()
    {
        await using (var ledger = Open()) await ledger.AppendAsync(Line(1));
        await File.AppendAllTextAsync(Path, "{\"key\":\"k2\",\"ro");
        Assert.Single(Read());
        await using (var ledger = Open()) await ledger.AppendAsync(Line(3));
        Assert.Equal([1, 3], Read().Select(line => line.Row));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"key":null,"row":1,"kind":"payment","amount":25,"attempt":1,"applied":true,"utc":"1970-01-01T00:00:00+00:00"}""")]
    [InlineData("""{"key":"k","row":1,"kind":"payment","kind":"bonus","amount":25,"attempt":1,"applied":true,"utc":"1970-01-01T00:00:00+00:00"}""")]
    public async Task A_line_that_is_none_is_named_by_its_number(string bad)
    {
        await using (var ledger = Open()) await ledger.AppendAsync(Line(1));
        await File.AppendAllTextAsync(Path, bad + "\n");
        await using (var ledger = Open()) await ledger.AppendAsync(Line(3));
        var (lines, unreadable) = Ledger<ProviderLine>.Examine(Path, ClaimsJson.Default.ProviderLine);
        Assert.Equal([1, 3], lines.Select(line => line.Row));
        Assert.StartsWith($"{Path}, line 2: ", Assert.Single(unreadable), StringComparison.Ordinal);
        Assert.Equal(unreadable[0], Assert.Throws<InvalidDataException>(Read).Message);
    }

    [Fact]
    public async Task A_second_writer_is_kept_out_until_the_first_has_ended()
    {
        var first = Open();
        Assert.Throws<InvalidOperationException>(() => SoleUse.Of(Path, TimeSpan.Zero));
        var second = Task.Run(Open);
        await first.AppendAsync(Line(1));
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await (await second).DisposeAsync();
        Assert.Single(Read());
    }

    [Fact]
    public void A_ledger_that_is_not_there_is_empty() => Assert.Empty(Read());

    [Fact]
    public async Task Fields_have_the_names_that_readers_expect()
    {
        await using (var ledger = Open()) await ledger.AppendAsync(new ProviderLine("k", 1, ProviderLine.Payment, 25, 2, true, DateTimeOffset.UnixEpoch));
        Assert.Equal(
            """{"key":"k","row":1,"kind":"payment","amount":25,"attempt":2,"applied":true,"utc":"1970-01-01T00:00:00+00:00"}""" + "\n", await File.ReadAllTextAsync(Path));
    }

    string Path => scratch.File(ProviderLine.FileName);

    Ledger<ProviderLine> Open() => new(Path, ClaimsJson.Default.ProviderLine);

    List<ProviderLine> Read() => Ledger<ProviderLine>.Read(Path, ClaimsJson.Default.ProviderLine);

    static ProviderLine Line(int row) => new($"k{row}", row, ProviderLine.Payment, 25, 1, true, DateTimeOffset.UnixEpoch);
}
