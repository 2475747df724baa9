using Holdfast.Kernel;

namespace Holdfast.Tests.Kernel;

public sealed class OpTableTests
{
    [Fact]
    public void It_behaves_as_a_sorted_dictionary_does()
    {
        var random = new Random(11);
        var table = new OpTable();
        var model = new SortedDictionary<long, Op>();
        var removed = new List<long>();
        for (var i = 1; i < 20_000; i++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var op = new ReceiveOp(i, "go");
                    table.Add(op);
                    model.Add(i, op);
                    break;
                case 2 when removed.Count > 0:
                    var back = new ReceiveOp(removed[random.Next(removed.Count)], "go");
                    removed.Remove(back.Id);
                    table.Restore(back);
                    model.Add(back.Id, back);
                    break;
                default:
                    var id = random.Next(i);
                    if (model.ContainsKey(id)) removed.Add(id);
                    Assert.Equal(model.Remove(id), table.Remove(id));
                    break;
            }
            Assert.Equal(model.Count, table.Count);
            if (i % 250 == 0) Assert.Equal(model.Values, table);
        }
    }

    [Fact]
    public void Ops_taken_out_by_the_loop_itself_are_passed_over_and_all_others_are_met()
    {
        var table = new OpTable();
        for (var id = 1; id <= 1000; id++) table.Add(new ReceiveOp(id, "go"));
        var met = new List<long>();
        foreach (var op in table)
        {
            met.Add(op.Id);
            table.Remove(op.Id);
            if (op.Id % 2 == 1) table.Remove(op.Id + 1);
        }
        Assert.Equal(Enumerable.Range(0, 500).Select(i => 1L + (2 * i)), met);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Adding_out_of_order_or_twice_is_a_defect()
    {
        var table = new OpTable();
        table.Add(new ReceiveOp(5, "go"));
        Assert.Throws<InvariantException>(() => table.Add(new ReceiveOp(5, "go")));
        Assert.Throws<InvariantException>(() => table.Restore(new ReceiveOp(5, "go")));
    }
}
