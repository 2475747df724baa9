using System.Globalization;

namespace Holdfast.Torture.Corpus;

public sealed class Unicode : CorpusWorkflow
{
    readonly Dictionary<string, char> _keys = [];

    public async Durable<string> Run()
    {
        string[] texts = ["", "\0a\0", "é", "e\u0301", "😀", "\ud83d", "\ude00\ud83d", "a\udc00b", "\uffff\ufffe", "‮abc‬", "\r\n\t\u2028", new('\ud800', 3_000)];
        foreach (var text in texts) _keys[text] = text.Length > 0 ? text[^1] : '\ud801';
        var half = '\udfff';
        var said = "";
        foreach (var text in texts)
        {
            var back = await Ask(text);
            said += string.Equals(back, text, StringComparison.Ordinal) && _keys.ContainsKey(back) ? "=" : "!";
        }
        var joined = texts[5] + texts[6][..1];
        await Ask(joined);
        var letters = "";
        foreach (var letter in "a\ud83d\ude00\udc00") letters += $"{(int)await Ask(letter):x} ";
        return $"{said} {(int)half:x} {new StringInfo(joined).LengthInTextElements} {letters.Trim()} {_keys.Count} {string.Join(' ', _keys.Values.Select(static c => ((int)c).ToString("x", CultureInfo.InvariantCulture)))}";
    }
}

public sealed class TextTools : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var builder = new System.Text.StringBuilder(4, 10_000);
        var culture = CultureInfo.InvariantCulture;
        var encoding = System.Text.Encoding.UTF8;
        var type = typeof(Dictionary<string, Pair>);
        var bits = new System.Collections.BitArray(11) { [3] = true };
        for (var i = 0; i < 5; i++)
        {
            builder.Append(culture, $"{i}").Append(await Ask('X'));
            if (i == 2) builder.Insert(0, new string('.', 300));
            bits[i * 2] ^= await Ask(true);
        }
        await Ask(0);
        var found = builder.ToString().Count(char.IsDigit);
        return $"{builder.Length} {builder.MaxCapacity} {found} {encoding.GetByteCount("ü")} {type.Name} {string.Concat(bits.Cast<bool>().Select(static b => b ? 1 : 0))}";
    }
}
