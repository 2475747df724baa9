using Claims;

namespace ClaimsTests.Orchestration;

public sealed class OptionsTests
{
    [Fact]
    public void Everything_has_a_default()
    {
        var options = Options.Parse([]);
        Assert.Equal((null, int.MaxValue, false), (options.Kills, options.Rows, options.Json));
        Assert.True(File.Exists(options.File));
    }

    [Fact]
    public void What_is_given_is_taken()
    {
        var options = Options.Parse(["--rows", "300", "--json", "--seed", "-7", "--kills", "0", "--db", "a.db", "--ledger", "l", "--file", "f.csv"]);
        Assert.Equal(new Options { Rows = 300, Json = true, Seed = -7, Kills = 0, Db = "a.db", Ledger = "l", File = "f.csv" }, options);
    }

    [Theory]
    [InlineData("--row", "3")]
    [InlineData("--rows")]
    [InlineData("--db", "")]
    [InlineData("--ledger", " ")]
    [InlineData("--file", "")]
    [InlineData("--rows", "many")]
    [InlineData("--rows", "0")]
    [InlineData("--kills", "-1")]
    [InlineData("300")]
    public void Anything_else_is_refused(params string[] arguments) => Assert.Throws<ArgumentException>(() => Options.Parse(arguments));
}
