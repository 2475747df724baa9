using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Torture.Corpus;

public sealed class JsonNodes : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var root = (JsonObject)JsonNode.Parse("""{"n":1.50e2,"s":"ü\ud800x","b":[1,{"deep":null},true],"o":{"z":1,"a":2}}""".Replace("\\ud800", "", StringComparison.Ordinal))!;
        var inner = root["o"]!;
        var items = root["b"]!.AsArray();
        await Ask(0);
        root["added"] = JsonValue.Create(await Ask(7));
        items.Add(JsonNode.Parse("\"text\""));
        inner["z"] = await Ask("changed");
        root.Remove("s");
        await Ask(1);
        inner.AsObject()["s"] = new JsonArray(1, "two", null);
        var asked = await Ask<JsonNode>(root.DeepClone());
        await Ask(2);
        return $"{root.ToJsonString()} {ReferenceEquals(root["o"], inner)} {ReferenceEquals(items.Parent, root)} {JsonNode.DeepEquals(asked, root)} {inner.GetPath()} {root["n"]!.GetValue<double>()}";
    }
}

public sealed class JsonElements : CorpusWorkflow
{
    JsonElement _kept;

    public async Durable<string> Run()
    {
        using (var document = JsonDocument.Parse("""{"a":[1,2.0,"x"],"b":{"c":null},"d":1e400}""")) _kept = document.RootElement.Clone();
        var items = _kept.GetProperty("a");
        JsonElement none = default;
        JsonElement? maybe = _kept.GetProperty("b");
        var text = "";
        foreach (var name in _kept.EnumerateObject().Select(static p => p.Name).ToList()) text += await Ask(name);
        var asked = await Ask(items);
        await Ask(0);
        return $"{text} {items.GetRawText()} {none.ValueKind} {maybe.Value.GetProperty("c").ValueKind} {_kept.GetProperty("d").GetRawText()} {asked[1].GetRawText()} {_kept.GetRawText()}";
    }
}
