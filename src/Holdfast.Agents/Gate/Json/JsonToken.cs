using System.Runtime.InteropServices;

namespace Holdfast.Agents.Json;

enum JsonKind : byte { Object, Array, Name, String, Number, True, False, Null }

/// <summary>One piece of a JSON text. Containers stand before what they contain; a name stands before its value.</summary>
[StructLayout(LayoutKind.Auto)]
struct JsonToken
{
    /// <summary>Where its text begins: of a string or a name, behind the quote and with the escapes undone.</summary>
    public int Start;

    /// <summary>How many bytes its text has; of a container, how many members or elements.</summary>
    public int Length;

    /// <summary>Of a value, the token behind it. Of a name, its hash while the text is read, and then the number of the property.</summary>
    public int Link;

    public JsonKind Kind;
}
