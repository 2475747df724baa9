using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Agents.Json;
using Holdfast.Agents.Models;

namespace Holdfast.Agents.Testing;

/// <summary>A cassette as lines: each text once, before the first call that has it, and the calls, which name their texts.</summary>
static class CassetteLines
{
    const string Version = "1";
    const int NameLength = 16;

    public static IEnumerable<string> Of(IReadOnlyList<RecordedCall> calls)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in calls)
        {
            foreach (var text in call.Print.Parts.Select(static p => p.Text))
                if (written.Add(NameOf(text))) yield return TextLine(text);
            yield return CallLine(call);
        }
    }

    public static IEnumerable<RecordedCall> Read(TextReader lines)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (Read(line, number, texts) is { } call) yield return call;
        }
    }

    static RecordedCall? Read(string line, int number, Dictionary<string, string> texts)
    {
        try
        {
            using var document = JsonDocument.Parse(line, new() { AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.TryGetProperty("text", out var text))
            {
                texts[Text(root, "name")] = text.GetString() ?? throw new FormatException("the text is null");
                return null;
            }
            if (root.GetProperty("v").GetRawText() is var version && version != Version) throw new FormatException($"the version is {version}, and this program knows {Version}");
            var parts = root.GetProperty("request").EnumerateArray().Select(part => new PrintedPart(part[0].GetString()!, texts.TryGetValue(part[1].GetString()!, out var said) ? said : throw new FormatException($"no line before it has the text '{part[1].GetString()}'"))).ToList();
            if (parts.GroupBy(static p => p.Name).FirstOrDefault(static g => g.Count() > 1) is { } twice) throw new FormatException($"the request has '{twice.Key}' twice");
            if (!root.TryGetProperty("error", out var error)) return new(new(parts), Reply(root.GetProperty("reply")), null);
            if (root.TryGetProperty("reply", out _)) throw new FormatException("there is a reply and an error");
            return new(new(parts), null, Enum.TryParse<ModelErrorKind>(error.GetString(), out var kind) && Enum.IsDefined(kind) ? kind : throw new FormatException($"'{error.GetString()}' is no way to fail"));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException or ArgumentNullException or FormatException)
        {
            throw new FormatException($"line {number} is none of a cassette: {broken.Message}", broken);
        }
    }

    static ModelReply Reply(JsonElement reply)
    {
        var usage = reply.GetProperty("usage");
        return new(
            Text(reply, "text"),
            [.. reply.GetProperty("calls").EnumerateArray().Select(static call => new RawCall(Text(call, "id"), Text(call, "tool"), Text(call, "arguments")))],
            new(Tokens(usage, "input"), Tokens(usage, "output"), Tokens(usage, "cached")),
            Enum.TryParse<FinishReason>(Text(reply, "finish"), out var reason) && Enum.IsDefined(reason) ? reason : throw new FormatException($"'{Text(reply, "finish")}' is no reason to finish"),
            Text(reply, "model"));
    }

    static string TextLine(string text)
    {
        var writer = new CanonicalWriter();
        writer.Open('{');
        Text(writer, "name"u8, NameOf(text));
        Text(writer, "text"u8, text);
        writer.Close('}');
        return Encoding.UTF8.GetString(writer.ToArray());
    }

    static string CallLine(RecordedCall call)
    {
        var writer = new CanonicalWriter();
        writer.Open('{');
        if (call.Reply is { } reply)
        {
            writer.Name("reply"u8);
            Write(writer, reply);
        }
        else
        {
            Text(writer, "error"u8, call.Error!.Value.ToString());
        }
        writer.Name("request"u8);
        writer.Open('[');
        foreach (var part in call.Print.Parts)
        {
            writer.Open('[');
            writer.String(part.Name);
            writer.String(NameOf(part.Text));
            writer.Close(']');
        }
        writer.Close(']');
        writer.Name("v"u8);
        writer.Raw(Version);
        writer.Close('}');
        return Encoding.UTF8.GetString(writer.ToArray());
    }

    static void Write(CanonicalWriter writer, ModelReply reply)
    {
        writer.Open('{');
        writer.Name("calls"u8);
        writer.Open('[');
        foreach (var call in reply.Calls)
        {
            writer.Open('{');
            Text(writer, "arguments"u8, call.Arguments);
            Text(writer, "id"u8, call.Id);
            Text(writer, "tool"u8, call.Tool);
            writer.Close('}');
        }
        writer.Close(']');
        Text(writer, "finish"u8, reply.FinishReason.ToString());
        Text(writer, "model"u8, reply.Model);
        Text(writer, "text"u8, reply.Text);
        writer.Name("usage"u8);
        writer.Open('{');
        Tokens(writer, "cached"u8, reply.Usage.CachedTokens);
        Tokens(writer, "input"u8, reply.Usage.InputTokens);
        Tokens(writer, "output"u8, reply.Usage.OutputTokens);
        writer.Close('}');
        writer.Close('}');
    }

    /// <summary>Short, and the same for the same text, so that two cassettes can be joined. It is only a name: a text may be edited under it.</summary>
    static string NameOf(string text) => MessageHash.Of(Encoding.UTF8.GetBytes(text)).ToString()[..NameLength];

    static void Text(CanonicalWriter writer, ReadOnlySpan<byte> name, string text)
    {
        writer.Name(name);
        writer.String(text);
    }

    static void Tokens(CanonicalWriter writer, ReadOnlySpan<byte> name, long? tokens)
    {
        writer.Name(name);
        writer.Raw(tokens?.ToString(CultureInfo.InvariantCulture) ?? "null");
    }

    static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? throw new FormatException($"\"{name}\" is null");

    static long? Tokens(JsonElement usage, string name) => usage.GetProperty(name) is { ValueKind: not JsonValueKind.Null } tokens ? tokens.GetInt64() : null;
}
