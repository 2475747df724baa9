using Holdfast.Simulation.Disk;

namespace Holdfast.Simulation.Tests;

public sealed class FileImageTests
{
    [Fact]
    public void What_was_synced_outlives_any_cut()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var file = Synced([1, 2, 3]);
            file.CutPower(new(seed));
            Assert.Equal([1, 2, 3], Bytes(file));
        }
    }

    [Fact]
    public void What_was_not_synced_is_kept_lost_or_torn_by_sectors()
    {
        var ends = new HashSet<string>();
        for (var seed = 0; seed < 200; seed++)
        {
            var file = Synced(Sectors(3, 1));
            file.Write(0, Sectors(3, 2));
            Assert.Equal(Sectors(3, 2), Bytes(file));
            file.CutPower(new(seed));
            var found = Bytes(file);
            // Within a sector nothing is torn.
            ends.Add(string.Concat(found.Chunk(FileImage.SectorBytes).Select(static sector => Assert.Single(sector.Distinct()))));
        }
        Assert.Equal(["111", "112", "121", "122", "211", "212", "221", "222"], ends.Order());
    }

    [Fact]
    public void A_file_that_was_cut_off_may_have_its_old_length_again()
    {
        var lengths = new HashSet<int>();
        for (var seed = 0; seed < 50; seed++)
        {
            var file = Synced([1, 2, 3]);
            file.Truncate(1);
            file.CutPower(new(seed));
            lengths.Add(file.Length);
        }
        Assert.Equal([1, 3], lengths.Order());
    }

    [Fact]
    public void After_a_sync_that_failed_a_later_one_writes_nothing_more()
    {
        var ends = new HashSet<byte>();
        for (var seed = 0; seed < 50; seed++)
        {
            var file = Synced([1]);
            file.Write(0, [2]);
            file.FailSync(new(seed));
            Assert.Equal([2], Bytes(file));
            file.Sync();
            file.CutPower(new(seed));
            ends.Add(Bytes(file)[0]);
        }
        Assert.Equal<byte>([1, 2], ends.Order());
    }

    static byte[] Sectors(int count, byte value) => [.. Enumerable.Repeat(value, count * FileImage.SectorBytes)];

    static FileImage Synced(byte[] content)
    {
        var file = new FileImage("file");
        file.Write(0, content);
        file.Sync();
        return file;
    }

    static byte[] Bytes(FileImage file)
    {
        var bytes = new byte[file.Length];
        Assert.True(file.Read(0, bytes));
        return bytes;
    }
}
