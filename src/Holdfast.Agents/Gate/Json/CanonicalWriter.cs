using System.Buffers;
using System.Text;

namespace Holdfast.Agents.Json;

/// <summary>
/// Writes JSON of which there is one form only: no spaces, names in order, escapes only where JSON demands them. What is hashed must not change with the
/// version of a library, so the rules are here and not in an encoder.
/// </summary>
sealed class CanonicalWriter
{
    readonly ArrayBufferWriter<byte> _bytes = new();
    bool _needsComma;

    /// <summary>Whether moments are written in UTC, whatever their offset is.</summary>
    public bool MomentsAreUtc { get; init; }

    /// <summary>Whether a value that has no JSON form is marked by what no schema of such values takes, or left out where it is a property, so that the schema says where it is. Otherwise it is an exception.</summary>
    public bool MarksWhatHasNone { get; init; }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Open(char bracket)
    {
        Separate();
        Put((byte)bracket);
        _needsComma = false;
    }

    public void Close(char bracket)
    {
        Put((byte)bracket);
        _needsComma = true;
    }

    public void Name(ReadOnlySpan<byte> name)
    {
        Separate();
        Quote(name);
        Put((byte)':');
        _needsComma = false;
    }

    public void String(string text) => String(Encoding.UTF8.GetBytes(text));

    public void String(ReadOnlySpan<byte> text)
    {
        Separate();
        Quote(text);
        _needsComma = true;
    }

    /// <summary>A number, a word or a whole value, as it is to stand there.</summary>
    public void Raw(string text) => Raw(Encoding.UTF8.GetBytes(text));

    public void Raw(ReadOnlySpan<byte> text)
    {
        Separate();
        _bytes.Write(text);
        _needsComma = true;
    }

    /// <summary>A value without a form. The one type of which all values have one are the two words of logic.</summary>
    /// <exception cref="ArgumentException">It is not to be marked.</exception>
    public void None(string why)
    {
        if (!MarksWhatHasNone) throw new ArgumentException(why);
        Raw("false"u8);
    }

    void Separate()
    {
        if (_needsComma) Put((byte)',');
    }

    void Quote(ReadOnlySpan<byte> text)
    {
        Put((byte)'"');
        foreach (var b in text)
        {
            if (b is (byte)'"' or (byte)'\\') Put((byte)'\\');
            if (b >= ' ') Put(b);
            else _bytes.Write(Encoding.ASCII.GetBytes($"\\u{b:x4}"));
        }
        Put((byte)'"');
    }

    void Put(byte b)
    {
        _bytes.GetSpan(1)[0] = b;
        _bytes.Advance(1);
    }
}
