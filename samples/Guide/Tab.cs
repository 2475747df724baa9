using Holdfast;

namespace Guide;

public sealed record Line(string What, decimal Price);

public sealed class Tab : Workflow
{
    public static readonly Signal<bool> Close = new("close");

    readonly List<Line> _lines = [];

    #region query
    [Query]
    public decimal Owed => _lines.Sum(line => line.Price);

    [Query]
    public List<Line> Above(decimal price) => _lines.Where(line => line.Price > price).ToList();
    #endregion

    #region update
    [Update]
    public decimal Order(Line line)
    {
        if (Owed + line.Price > 100) throw new InvalidOperationException("Pay first.");   // nothing is kept, and the caller gets this
        _lines.Add(line);
        return Owed;                                                                      // committed before the caller gets it
    }
    #endregion

    public async Durable<decimal> Run(List<Line> first)
    {
        _lines.AddRange(first);
        await Receive(Close);
        return Owed;
    }
}

public static class TabDesk
{
    public static async Task<string> Look(RunHandle<Tab, decimal> tab)
    {
        var limit = 3m;

        #region ask
        decimal owed = await tab.QueryAsync(w => w.Owed);
        List<Line> dear = await tab.QueryAsync(w => w.Above(limit));
        #endregion

        #region order
        decimal now = await tab.UpdateAsync(w => w.Order(new Line("soup", 6)), key: "order-17");
        #endregion

        return $"{owed}, {now}: {string.Join(", ", dear.Select(line => line.What))}";
    }
}
