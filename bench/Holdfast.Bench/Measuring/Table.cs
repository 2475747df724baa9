namespace Holdfast.Bench.Measuring;

/// <summary>Prints rows as they come, aligned to the right under their headings.</summary>
sealed class Table
{
    const int WidthMin = 11, Gap = 2;

    readonly int[] _widths;

    public Table(params string[] headings)
    {
        _widths = Array.ConvertAll(headings, static heading => Math.Max(heading.Length + Gap, WidthMin));
        Console.WriteLine();
        Row(headings);
    }

    public void Row(params string[] cells)
    {
        Progress.Clear();
        Console.WriteLine(string.Concat(cells.Select((cell, column) => cell.PadLeft(_widths[column]))));
    }
}
