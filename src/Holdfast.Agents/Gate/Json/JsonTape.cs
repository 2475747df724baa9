using System.Runtime.CompilerServices;

namespace Holdfast.Agents.Json;

/// <summary>
/// A JSON text as a flat list of tokens over a copy of its bytes, and what was found wrong with it. Every stage of the gate reads the same
/// tape, so that a text is scanned once. A thread uses one tape again and again; a large one is left to the collector.
/// </summary>
sealed class JsonTape
{
    /// <summary>Zeroes behind the text: scanning goes by sixteen bytes, and a zero ends whatever is scanned.</summary>
    public const int Padding = 16;

    /// <summary>As deep as System.Text.Json reads by default.</summary>
    public const int DepthMax = 64;

    const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    static JsonTape? t_idle;

    byte[] _text = new byte[1024];
    JsonToken[] _tokens = new JsonToken[128];
    int[] _slots = new int[64];
    int _slotCount;

    public byte[] Text => _text;

    public JsonToken[] Tokens => _tokens;

    /// <summary>For each level of depth, which names of the open object were seen, by six bits of their hashes.</summary>
    public ulong[] SeenNames { get; } = new ulong[DepthMax + 1];

    /// <summary>The value that pointers begin at.</summary>
    public int Origin { get; set; }

    /// <summary>Whether the text was written from a value: nothing that may not be null is left out in it.</summary>
    public bool IsWhole { get; set; }

    public Flaws Flaws { get; } = new();

    /// <summary>The thread's tape is taken away while it is used: code of the user's that runs meanwhile may ask a gate as well.</summary>
    public static JsonTape Rent()
    {
        var tape = t_idle ?? new();
        t_idle = null;
        return tape;
    }

    public void Return()
    {
        if (_text.Length <= KeptBytesMax && _tokens.Length <= KeptBytesMax / 16) t_idle = this;
    }

    public JsonProblem Load(ReadOnlySpan<byte> text)
    {
        if (_text.Length < text.Length + Padding) _text = new byte[Math.Max(text.Length + Padding, _text.Length * 2)];
        text.CopyTo(_text);
        _text.AsSpan(text.Length, Padding).Clear();
        Origin = 0;
        IsWhole = false;
        _slotCount = 0;
        Flaws.Clear();
        return new JsonScanner(this, text.Length).Scan();
    }

    public void Grow() => Array.Resize(ref _tokens, _tokens.Length * 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref JsonToken At(int token) => ref _tokens[token];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public JsonKind Kind(int token) => _tokens[token].Kind;

    /// <summary>The text of a string, a name or a number.</summary>
    public ReadOnlySpan<byte> TextOf(int token)
    {
        ref var found = ref _tokens[token];
        return new(_text, found.Start, found.Length);
    }

    public void Flaw(int token, string what) => Flaws.Add(JsonPointer.To(this, token), what);

    /// <summary>Makes room for the values of an object's properties, each a token, or less than zero where there is none.</summary>
    public int PushSlots(int count)
    {
        var first = _slotCount;
        _slotCount += count;
        if (_slotCount > _slots.Length) Array.Resize(ref _slots, Math.Max(_slotCount, _slots.Length * 2));
        _slots.AsSpan(first, count).Fill(-1);
        return first;
    }

    public void PopSlots(int first) => _slotCount = first;

    public int Slot(int slot) => _slots[slot];

    public void SetSlot(int slot, int token) => _slots[slot] = token;
}
