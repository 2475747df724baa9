using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Holdfast.Agents.Json;

/// <summary>
/// Reads a JSON text into a tape, in one pass and without recursion. It never throws, because what it reads may be hostile and an exception costs as much
/// as six verdicts. It takes what the strict reader of System.Text.Json takes, with every string decoded and no name twice.
/// </summary>
ref struct JsonScanner(JsonTape tape, int end)
{
    readonly ref byte _text = ref tape.Text[0];
    JsonToken[] _tokens = tape.Tokens;
    int _count;
    int _at;
    int _open = -1;
    int _depth;
    JsonProblem _problem;

    public JsonProblem Scan()
    {
        if (!Utf8.IsValid(tape.Text.AsSpan(0, end))) return new(Utf8Flaw(tape.Text.AsSpan(0, end)), "the text is not UTF-8");
        do
        {
            if (!ReadValue()) return _problem;
        }
        while (_open >= 0);
        SkipSpace();
        return _at == end ? default : new(_at, "the text goes on behind the value");
    }

    /// <summary>Reads up to the next value that is complete, and closes the containers that end with it.</summary>
    bool ReadValue()
    {
        SkipSpace();
        switch (Current)
        {
            case (byte)'{':
                if (!Open(JsonKind.Object)) return false;
                if (Current == '}') break;
                return ReadName();
            case (byte)'[':
                if (!Open(JsonKind.Array)) return false;
                if (Current == ']') break;
                return true;
            case (byte)'"':
                if (!ReadString(JsonKind.String)) return false;
                break;
            case (byte)'t':
                if (!ReadWord("true"u8, JsonKind.True)) return false;
                break;
            case (byte)'f':
                if (!ReadWord("false"u8, JsonKind.False)) return false;
                break;
            case (byte)'n':
                if (!ReadWord("null"u8, JsonKind.Null)) return false;
                break;
            default:
                if (!ReadNumber()) return false;
                break;
        }
        return Continue();
    }

    /// <summary>What follows a complete value: a comma, the ends of containers, or the end of the text.</summary>
    bool Continue()
    {
        while (_open >= 0)
        {
            SkipSpace();
            var isObject = _tokens[_open].Kind == JsonKind.Object;
            if (Current == ',')
            {
                _at++;
                _tokens[_open].Length += isObject ? 0 : 1;
                SkipSpace();
                return !isObject || ReadName();
            }
            if (Current != (isObject ? '}' : ']')) return Wrong(isObject ? "a comma or } is missing" : "a comma or ] is missing");
            if (!Close()) return false;
        }
        return true;
    }

    bool Open(JsonKind kind)
    {
        if (++_depth > JsonTape.DepthMax) return Wrong("it is nested more than 64 deep");
        // Until it is closed, it is linked to the container around it.
        Add(kind, _at, 0, _open);
        _open = _count - 1;
        tape.SeenNames[_depth] = 0;
        _at++;
        SkipSpace();
        if (kind == JsonKind.Array && Current != ']') _tokens[_open].Length = 1;
        return true;
    }

    bool Close()
    {
        ref var container = ref _tokens[_open];
        if (container.Kind == JsonKind.Object && container.Length > DuplicateNames.WalkedMax && DuplicateNames.FindSorted(tape, _open) is var twice and >= 0) return Wrong(_tokens[twice].Start, DuplicateNames.What);
        _open = container.Link;
        container.Link = _count;
        _depth--;
        _at++;
        return true;
    }

    bool ReadName()
    {
        if (Current != '"') return Wrong("a property name in quotes is missing");
        var name = _count;
        if (!ReadString(JsonKind.Name)) return false;
        ref var container = ref _tokens[_open];
        if (++container.Length <= DuplicateNames.WalkedMax && DuplicateNames.IsTwice(tape, ref tape.SeenNames[_depth], _open, name)) return Wrong(_tokens[name].Start, DuplicateNames.What);
        SkipSpace();
        if (Current != ':') return Wrong("a colon is missing");
        _at++;
        return true;
    }

    bool ReadString(JsonKind kind)
    {
        var start = _at + 1;
        var at = JsonText.FindSpecial(ref _text, start);
        var length = at - start;
        if (Unsafe.Add(ref _text, at) != '"')
        {
            var isEscaped = Unsafe.Add(ref _text, at) == '\\';
            if (isEscaped && !JsonText.TryUnescape(ref _text, ref at, out length, out var what)) return Wrong(at, what);
            if (Unsafe.Add(ref _text, at) != '"') return Wrong(at, "a control character in a string is not escaped");
            if (isEscaped) length -= start;
        }
        _at = at + 1;
        Add(kind, start, length, _count + 1);
        return true;
    }

    bool ReadWord(ReadOnlySpan<byte> word, JsonKind kind)
    {
        if (!tape.Text.AsSpan(_at).StartsWith(word)) return Wrong("a value is missing");
        Add(kind, _at, word.Length, _count + 1);
        _at += word.Length;
        return true;
    }

    bool ReadNumber()
    {
        ref var text = ref _text;
        var at = _at;
        if (Unsafe.Add(ref text, at) == '-') at++;
        if (Unsafe.Add(ref text, at) == '0') at++;
        else if (!SkipDigits(ref text, ref at)) return Wrong(at, "a value is missing");
        if (Unsafe.Add(ref text, at) == '.')
        {
            at++;
            if (!SkipDigits(ref text, ref at)) return Wrong(at, "digits are missing in a number");
        }
        if (Unsafe.Add(ref text, at) is (byte)'e' or (byte)'E')
        {
            at++;
            if (Unsafe.Add(ref text, at) is (byte)'+' or (byte)'-') at++;
            if (!SkipDigits(ref text, ref at)) return Wrong(at, "digits are missing in a number");
        }
        Add(JsonKind.Number, _at, at - _at, _count + 1);
        _at = at;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool SkipDigits(ref byte text, ref int at)
    {
        var start = at;
        while (Unsafe.Add(ref text, at) - (uint)'0' <= 9) at++;
        return at > start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void SkipSpace()
    {
        while (Current is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') _at++;
    }

    readonly byte Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.Add(ref _text, _at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Add(JsonKind kind, int start, int length, int link)
    {
        if (_count == _tokens.Length)
        {
            tape.Grow();
            _tokens = tape.Tokens;
        }
        ref var token = ref _tokens[_count++];
        (token.Start, token.Length, token.Link, token.Kind) = (start, length, link, kind);
    }

    bool Wrong(string what) => Wrong(_at, what);

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool Wrong(int at, string what)
    {
        _problem = new(at, at < end ? what : "the text ends too early");
        return false;
    }

    static int Utf8Flaw(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length && System.Text.Rune.DecodeFromUtf8(text[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }
}
