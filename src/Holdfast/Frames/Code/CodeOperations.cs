namespace Holdfast.Frames.Code;

/// <summary>What two builds of one method compute otherwise. Neither how far a branch goes nor where a value lies belongs to it.</summary>
static class CodeOperations
{
    const string Comparison = "a comparison", Condition = "a condition";

    static readonly Dictionary<string, string> Words = new()
    {
        ["add"] = "an addition", ["sub"] = "a subtraction", ["mul"] = "a multiplication", ["div"] = "a division", ["rem"] = "a remainder", ["neg"] = "a negation", ["shl"] = "a shift", ["shr"] = "a shift",
        ["and"] = "a bitwise and", ["or"] = "a bitwise or", ["xor"] = "an exclusive or", ["not"] = "a complement", ["conv"] = "a conversion", ["throw"] = "a throw", ["rethrow"] = "a throw", ["switch"] = "a switch",
        ["ceq"] = Comparison, ["clt"] = Comparison, ["cgt"] = Comparison, ["beq"] = Comparison, ["bne"] = Comparison, ["blt"] = Comparison, ["ble"] = Comparison, ["bgt"] = Comparison, ["bge"] = Comparison,
        ["brtrue"] = Condition, ["brfalse"] = Condition,
    };

    /// <summary>Phrases for what came and went.</summary>
    public static IEnumerable<string> Between(List<string> saved, List<string> now)
    {
        var (gone, added) = CodePartChanges.Differences(In(saved), In(now));
        // The compiler turns a branch around as it likes, so of its comparison only that it is another one can be said.
        if (gone is [var was] && added is [var @is] && !was.StartsWith('b') && !@is.StartsWith('b')) return [$"where it does {@is}, it did {was}"];
        var (less, more) = CodePartChanges.Differences(gone.ConvertAll(static op => Words[op]), added.ConvertAll(static op => Words[op]));
        if (less.Count + more.Count == 0) return gone.Select(static op => Words[op]).Distinct().Select(static word => $"{word} is another one");
        return [.. more.Count > 0 ? [$"with {CodePartChanges.Text(more)}"] : Array.Empty<string>(), .. less.Count > 0 ? [$"without {CodePartChanges.Text(less)}"] : Array.Empty<string>()];
    }

    static List<string> In(List<string> code) => [.. code.Select(static line => line.Split(' ')[0].Split('.')[0]).Where(Words.ContainsKey)];
}
