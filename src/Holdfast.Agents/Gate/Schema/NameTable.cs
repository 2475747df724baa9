using System.Numerics;
using System.Text;

namespace Holdfast.Agents.Schemas;

/// <summary>Finds the number of a name by its UTF-8 bytes, and by nothing but them: no folding of case, no likeness.</summary>
sealed class NameTable
{
    readonly byte[][] _names;
    readonly int[] _buckets;
    readonly int[] _next;

    public NameTable(IEnumerable<string> names)
    {
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _next = new int[_names.Length];
        _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(_names.Length * 2, 2))];
        _buckets.AsSpan().Fill(-1);
        for (var i = 0; i < _names.Length; i++)
        {
            ref var bucket = ref _buckets[Bucket(_names[i])];
            (_next[i], bucket) = (bucket, i);
        }
    }

    public int Count => _names.Length;

    public ReadOnlySpan<byte> this[int index] => _names[index];

    public string Text(int index) => Encoding.UTF8.GetString(_names[index]);

    /// <summary>The number of a name, or less than zero.</summary>
    /// <param name="name">The name.</param>
    /// <param name="guess">Where it is most likely: members mostly come in their order.</param>
    public int Find(ReadOnlySpan<byte> name, int guess = 0)
    {
        if ((uint)guess < (uint)_names.Length && name.SequenceEqual(_names[guess])) return guess;
        var i = _buckets[Bucket(name)];
        while (i >= 0 && !name.SequenceEqual(_names[i])) i = _next[i];
        return i;
    }

    int Bucket(ReadOnlySpan<byte> name) => name.Length == 0 ? 0 : (name.Length + (name[0] * 5) + (name[^1] * 31) + (name[name.Length / 2] * 131)) & (_buckets.Length - 1);
}
