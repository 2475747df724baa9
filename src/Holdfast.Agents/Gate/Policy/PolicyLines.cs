using System.Text;
using System.Text.Json;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Policies;

/// <summary>Reads rules, one a line, and checks each against the schema of its tool.</summary>
static class PolicyLines
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static readonly string[] Members = ["rule", "tool", "when", "effect"];

    static readonly Dictionary<string, RuleEffect> Effects = new()
    {
        ["admit"] = RuleEffect.Admit,
        ["approve"] = RuleEffect.Approve,
        ["park"] = RuleEffect.Park,
        ["refuse"] = RuleEffect.Refuse,
    };

    public static List<Rule> Read(string lines, IReadOnlyList<Tool> tools)
    {
        var rules = new List<Rule>();
        foreach (var (index, line) in lines.Split('\n').Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            var indent = line.Length - line.TrimStart().Length;
            string Told(int at, string what) => $"not a JSON object from column {indent + at + 1} on: {what}";
            try
            {
                using var document = JsonChecked.Parse(Utf8.GetBytes(text), problem => Told(problem.At, problem.What!));
                rules.Add(ReadRule(document.RootElement, $"line {index + 1}", tools));
            }
            catch (GateFormatException wrong)
            {
                throw new GateFormatException(wrong.What, wrong.Pointer, index + 1);
            }
            catch (EncoderFallbackException half)
            {
                throw new GateFormatException(Told(half.Index, "half of a surrogate pair"), "", index + 1);
            }
        }
        return rules;
    }

    static Rule ReadRule(JsonElement rule, string byDefault, IReadOnlyList<Tool> tools)
    {
        if (rule.ValueKind != JsonValueKind.Object) throw new GateFormatException("a rule must be an object", "");
        foreach (var member in rule.EnumerateObject().Select(static p => p.Name))
            if (!Members.Contains(member)) throw new GateFormatException($"a rule has no '{member}'{NearNames.Of(member, Members)}", JsonPointer.Append("", member));
        var name = Text(rule, "tool");
        var tool = tools.FirstOrDefault(t => t.Name == name) ?? throw new GateFormatException($"there is no tool '{name}'{NearNames.Of(name, tools.Select(static t => t.Name))}", "/tool");
        var effect = Text(rule, "effect");
        if (!Effects.TryGetValue(effect, out var known)) throw new GateFormatException($"there is no effect '{effect}'{NearNames.Of(effect, Effects.Keys)}", "/effect");
        return tool.RuleOf(rule.TryGetProperty("rule", out _) ? Text(rule, "rule") : byDefault, known, rule.TryGetProperty("when", out var when) ? when : null);
    }

    static string Text(JsonElement rule, string member) =>
        !rule.TryGetProperty(member, out var value) ? throw new GateFormatException($"\"{member}\" is missing", "")
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text
        : throw new GateFormatException("must be a text that is not empty", JsonPointer.Append("", member));
}
