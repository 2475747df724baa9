using System.Text;
using Claims;

namespace ClaimsTests.Csv;

public sealed class CsvReaderTests
{
    [Fact]
    public void Fields_come_out_as_they_were_written()
    {
        var rows = Read("a,b,c\n1,,3\n\"x, y\",\"say \"\"hi\"\"\",\"two\nlines\"\r\nü,–,\"\"\n");
        Assert.Equal(["a", "b", "c"], rows[0].Fields);
        Assert.Equal(["1", "", "3"], rows[1].Fields);
        Assert.Equal(["x, y", "say \"hi\"", "two\nlines"], rows[2].Fields);
        Assert.Equal(["ü", "–", ""], rows[3].Fields);
        Assert.Equal([0, 1, 2, 3], rows.Select(row => row.Number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void The_last_line_may_end_or_not(string end)
    {
        var rows = Read("a,b,c\n1,2,3" + end);
        Assert.Equal(2, rows.Count);
        Assert.Equal(["1", "2", "3"], rows[1].Fields);
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_first_field() => Assert.Equal(["a", "b", "c"], Read("\uFEFFa,b,c\n")[0].Fields);

    [Theory]
    [InlineData("1,2", "2 of 3 fields")]
    [InlineData("", "1 of 3 fields")]
    [InlineData("1,2,3,4", "more than 3 fields")]
    [InlineData("1,2,3,", "more than 3 fields")]
    [InlineData("1,a\"b,3", "a quote inside an unquoted field")]
    [InlineData("1,2\"\",3", "a quote inside an unquoted field")]
    [InlineData("1,\"2,3", "text after a closing quote")]
    [InlineData("1,\"2\"x,3", "text after a closing quote")]
    [InlineData("1,\"\"2,3", "text after a closing quote")]
    [InlineData("1,2\0,3", "a NUL character")]
    [InlineData("1,\"2\0\",3", "a NUL character")]
    [InlineData("1,2\r2,3", "a carriage return inside an unquoted field")]
    [InlineData("1,\"2\"\r2,3", "text after a closing quote")]
    public void A_bad_line_costs_itself_and_nothing_else(string bad, string defect)
    {
        var rows = Read($"a,b,c\n\"before\",it,1\n{bad}\n\"after\",it,2\nand,\"this, too\",3\n");
        Assert.Equal(5, rows.Count);
        Assert.Equal(["before", "it", "1"], rows[1].Fields);
        Assert.Equal(defect, rows[2].Defect);
        Assert.Empty(rows[2].Fields);
        Assert.Equal(["after", "it", "2"], rows[3].Fields);
        Assert.Equal(["and", "this, too", "3"], rows[4].Fields);
    }

    [Fact]
    public void A_quote_that_is_never_closed_swallows_nothing()
    {
        var rows = Read("a,b,c\n1,\"2,3\n4,5,6\n7,8,9\n");
        Assert.Equal("a quote that is never closed", rows[1].Defect);
        Assert.Equal(["4", "5", "6"], rows[2].Fields);
        Assert.Equal(["7", "8", "9"], rows[3].Fields);
    }

    [Fact]
    public void Two_stray_quotes_do_not_swallow_the_rows_between_them()
    {
        // As bytes this is a legal record whose second field spans four lines.
        var rows = Read("a,b,c\n1,\"2,3\n4,5,6\n7,8,9\n1,2\",3\nx,y,z\n");
        Assert.Equal("a quote that swallows the following rows", rows[1].Defect);
        Assert.Equal(["4", "5", "6"], rows[2].Fields);
        Assert.Equal(["7", "8", "9"], rows[3].Fields);
        Assert.Equal("a quote inside an unquoted field", rows[4].Defect);
        Assert.Equal(["x", "y", "z"], rows[5].Fields);
    }

    [Fact]
    public void Commas_and_line_breaks_in_quotes_are_no_hidden_row_unless_they_look_like_one()
    {
        static bool LooksLikeRow(string[] fields) => int.TryParse(fields[1].Trim('"'), out _);
        var rows = Read("a,b,c\n\"x,y,z\nand\",2,3\n4,5,6\n\"one\n7,8,9\ntwo\",2,3\n"u8.ToArray(), looksLikeRow: LooksLikeRow);
        Assert.Equal(["x,y,z\nand", "2", "3"], rows[1].Fields);
        Assert.Equal(["4", "5", "6"], rows[2].Fields);
        Assert.Equal("a quote that swallows the following rows", Read("a,b,c\n\"one\n7,8,9\ntwo\",2,3\n"u8.ToArray(), looksLikeRow: LooksLikeRow)[1].Defect);
    }

    [Theory]
    [InlineData("1,\"2,3\n4,5,6\n7,8\",9\n", true)]
    [InlineData("1,\"2,3\ncut\n4,5,6\n1,x\",9\n", true)]
    [InlineData("1,2,\"3\n4,5,6\"\n", false)]
    public void A_swallowed_row_is_found_beside_others_that_are_none(string stray, bool hasGood)
    {
        var rows = Read(Encoding.UTF8.GetBytes("a,b,c\n" + stray + "7,8,9\n"), looksLikeRow: fields => int.TryParse(fields[1].Trim('"'), out _));
        Assert.Equal(["7", "8", "9"], rows[^1].Fields);
        Assert.True(rows[1].IsMalformed);
        if (hasGood) Assert.Contains(rows, row => row.Fields is ["4", "5", "6"]);
    }

    [Fact]
    public void Stray_quotes_in_neighbouring_rows_cost_those_two_rows()
    {
        var rows = Read("a,b,c\n1,\"2,3\n4,5\",6\n7,8,9\n");
        Assert.True(rows[1].IsMalformed);
        Assert.True(rows[2].IsMalformed);
        Assert.Equal(["7", "8", "9"], rows[3].Fields);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    public void A_field_over_the_limit_is_refused(string quote)
    {
        var rows = Read($"a,b,c\n1,{quote}{new string('x', 101)}{quote},3\n1,{quote}{new string('x', 100)}{quote},3\n", fieldBytesMax: 100);
        Assert.True(rows[1].IsMalformed);
        Assert.Equal(100, rows[2].Fields[1].Length);
    }

    [Fact]
    public void Quotes_at_the_limit_are_no_way_out_of_it()
    {
        for (var length = 95; length < 106; length++)
        {
            var rows = Read($"a,b,c\n1,\"{new string('"', length)},3\n4,5,6\n", fieldBytesMax: 100);
            Assert.Equal(["4", "5", "6"], rows[^1].Fields);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC9 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public void Bytes_that_are_not_utf8_cost_their_row(byte[] bytes)
    {
        var rows = Read([.. "a,b,c\n1,"u8, .. bytes, .. ",3\n4,5,6\n"u8]);
        Assert.Equal("bytes that are not UTF-8", rows[1].Defect);
        Assert.Equal(["4", "5", "6"], rows[2].Fields);
    }

    [Fact]
    public void Whatever_the_bytes_are_the_reader_ends_and_never_throws()
    {
        var random = new Random(7);
        var alphabet = "\"\"\",,\n\r\0aé\u00ff"u8.ToArray();
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.Next(200)];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = alphabet[random.Next(alphabet.Length)];
            Assert.All(Read(bytes, fieldBytesMax: 20), row => Assert.True(row.IsMalformed || row.Fields.Count == 3));
        }
    }

    static List<CsvRow> Read(string text, int fieldBytesMax = 64 * 1024) => Read(Encoding.UTF8.GetBytes(text), fieldBytesMax);

    static List<CsvRow> Read(byte[] bytes, int fieldBytesMax = 64 * 1024, Func<string[], bool>? looksLikeRow = null)
    {
        var reader = new CsvReader(bytes, 3, fieldBytesMax, looksLikeRow);
        var rows = new List<CsvRow>();
        while (reader.Read() is { } row) rows.Add(row);
        return rows;
    }
}
