using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json.Nodes;
using Holdfast.Kernel;
using Holdfast.Tests.Frames.Graph;
using Holdfast.Tests.Kernel;

namespace Holdfast.Tests.Golden;

/// <summary>Values whose encoded form is kept. One that was added stays: what it was encoded to must be read for ever.</summary>
static class GoldenValues
{
    public sealed record Line(string Text, int Count, Line? Next);

    static readonly (string Name, object Value)[] Values =
    [
        ("int", 42), ("string", "Grüße 😀"), ("decimal", 12.340m), ("double", double.Epsilon), ("guid", new Guid("7d5ae2f4-0f3c-4f57-9d3e-1d3b6c5a9e01")),
        ("date", new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(1))), ("span", TimeSpan.FromTicks(-1)), ("big", BigInteger.Pow(7, 100)),
        ("uri", new Uri("https://example.org/a?b=c")), ("enum", DayOfWeek.Friday), ("bytes", new byte[] { 0, 255, 7 }), ("tuple", (1, "one")),
        ("list", new List<string> { "a", "b" }), ("dictionary", new Dictionary<string, int> { ["x"] = 1, ["y"] = 2 }), ("set", new HashSet<int> { 3, 1, 2 }),
        ("queue", new Queue<int>([1, 2])), ("sorted", new SortedDictionary<int, string> { [2] = "two", [1] = "one" }), ("immutable", ImmutableArray.Create(1, 2, 3)),
        ("record", new Line("outer", 1, new("inner", 2, null))), ("array", new[] { new[] { 1 }, [] }), ("json", JsonNode.Parse("""{"a":[1,null,"x"]}""")!),
    ];

    /// <summary>One line a value: its name and its bytes.</summary>
    public static IEnumerable<string> Write()
    {
        foreach (var (name, value) in Values) yield return $"{name} {Convert.ToHexString(Codecs.Encode(value))}";
        yield return $"kernel-state {Convert.ToHexString(KernelWorld.Bytes(CodecTests.First()))}";
        yield return $"kernel-state-full {Convert.ToHexString(KernelWorld.Bytes(CodecTests.Full()))}";
        yield return $"kernel-outcome {Convert.ToHexString(StateCodec.EncodeOutcome(Failed))}";
    }

    static Outcome Failed { get; } = new(OutcomeKind.Failed, new byte[] { 1, 2, 3 }, "ValueError: no");

    /// <summary>Reads a line of any version and compares it with what it was.</summary>
    public static void Check(string line)
    {
        var (name, bytes) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], Convert.FromHexString(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        switch (name)
        {
            case "kernel-state":
                Assert.Equivalent(CodecTests.First(), StateCodec.Decode(bytes), strict: true);
                break;
            case "kernel-state-full":
                Assert.Equivalent(CodecTests.Full(), StateCodec.Decode(bytes), strict: true);
                break;
            case "kernel-outcome":
                var outcome = StateCodec.DecodeOutcome(bytes);
                Assert.Equal((Failed.Kind, Failed.Summary, Convert.ToHexString(Failed.Value.Span)), (outcome.Kind, outcome.Summary, Convert.ToHexString(outcome.Value.Span)));
                break;
            case "json":
                Assert.Equal("""{"a":[1,null,"x"]}""", Codecs.Decode<object>(bytes).ToString()!.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
                break;
            default:
                Same.Graphs(Values.Single(v => v.Name == name).Value, Codecs.Decode<object>(bytes));
                break;
        }
    }
}
