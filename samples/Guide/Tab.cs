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

        return $"{owed}: {string.Join(", ", dear.Select(line => line.What))}";
    }
}
