using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Claims;
using ClaimsDesk;
using ModelDouble;
using Xunit.Abstractions;

namespace ClaimsDeskTests;

/// <summary>One line of one ledger at a time is altered in each of its fields, removed, doubled or moved: other books say otherwise, without the seal.</summary>
public sealed class TamperTests(DeskRun run, ITestOutputHelper output) : IClassFixture<DeskRun>
{
    static readonly string[] Events = [ApproverLine.Asked, ApproverLine.Sent, ApproverLine.Heard], Receipts = ["Taken", "Unknown", "Late", "Repeated", "Altered", ApproverLine.Ended],
        Decisions = [OperatorLine.Succeeded, OperatorLine.Retry, OperatorLine.Resume];

    sealed record Change(string Ledger, int Line, string What, JsonObject Before, List<JsonObject> Lines)
    {
        public override string ToString() => $"{Ledger}, line {Line + 1}: {What}: {Before.ToJsonString()}";
    }

    /// <summary>What no other book knows: a change of it is noticed by the seal alone. The README has the same list.</summary>
    static bool OnlyTheSealKnows(Change change, IReadOnlyList<JsonObject> lines)
    {
        var (line, before) = (change.Before, change.Line > 0 ? lines[change.Line - 1] : null);
        string? Text(string name) => (string?)line[name];
        var isMoved = change.What == "moved up";
        return change.Ledger switch
        {
            // In which order different calls reached the provider, and how often one that was applied was asked for again after a kill.
            ProviderLine.FileName => (isMoved && Text("key") != (string?)before!["key"]) || (!(bool)line["applied"]! && change.What is "removed" or "kind to late-payment"),
            // Whether the last word of the book was heard; whether an answer that counted was told so at once or, after a kill, when it came again; and whether one after that came again or to an agent that had ended.
            ApproverLine.FileName => (change.What == "removed" && change.Line == lines.Count - 1)
                || (Text("receipt"), change.What) is ("Taken", "receipt to Repeated") or ("Repeated", "receipt to Ended") or (ApproverLine.Ended, "receipt to Repeated"),
            // In which order different conversations reached the model; the hash of a question; how an attempt failed that was made again; what stands in arguments that are no JSON.
            DoubleLine.FileName => (isMoved && ClaimOf(line) != ClaimOf(before!)) || change.What == "request altered" || (change.What.StartsWith("fault to", StringComparison.Ordinal) && lines.Count(one => Text("request") == (string?)one["request"]) > 1)
                || (change.What.EndsWith("arguments altered", StringComparison.Ordinal) && line["calls"]!.AsArray().Any(static call => !((string)call!["arguments"]!).EndsWith('}'))),
            // That a run was taken up again which had been set aside.
            _ => Text("decision") == OperatorLine.Resume && change.What == "removed",
        };
    }

    static string ClaimOf(JsonObject line) => ((string)line["text"]!).Split(':')[0];

    [Theory, InlineData(1), InlineData(7), InlineData(78), InlineData(99), InlineData(4711)]
    public void In_a_file_of_some_hundred_rows_answers_come_late_again_and_altered(int seed)
    {
        var script = ApproverScript.For(seed, HostileCopy.Load(Path.Combine(AppContext.BaseDirectory, "data", "birdstrikes.csv"), 320, seed));
        var plans = script.Rows.Select(row => script.PlanFor(row, 3)).ToList();
        Assert.Contains(plans, static plan => plan is [{ IsLate: true }]);
        Assert.Contains(plans, static plan => plan is [{ IsAltered: true }, { IsAltered: false, Granted: true }]);
        Assert.Contains(plans, static plan => plan is [{ IsAltered: false, Granted: true }, { Granted: true }]);
    }

    [Fact]
    public void Every_change_of_a_line_contradicts_another_book()
    {
        Assert.True(run.ExitCode == 0, run.Output);
        var books = new Books(run);
        Assert.Equal([], books.Findings());
        var (unnoticed, tried) = (new List<string>(), 0);
        foreach (var ledger in LedgerSeal.Ledgers)
        {
            var lines = books.Lines[ledger];
            foreach (var change in Changes(ledger, lines))
            {
                tried++;
                if (OnlyTheSealKnows(change, lines) || books.With(ledger, change.Lines).Findings().Count > 0) continue;
                unnoticed.Add(change.ToString());
            }
        }
        output.WriteLine($"{tried} changes");
        Assert.True(unnoticed.Count == 0, $"{unnoticed.Count} of {tried} changes were not noticed:\n{string.Join('\n', unnoticed)}");
    }

    /// <summary>A kill that leaves a notification in doubt is not in every run: here the books say that there were three, and that a run was set aside.</summary>
    [Fact]
    public void Every_change_of_what_the_operator_wrote_contradicts_another_book()
    {
        var books = new Books(run);
        // What the kill of this very run has left in doubt is left out of all of it: these lines take the place of the operator's own.
        var own = books.Lines[OperatorLine.FileName].Select(static line => (string)line["key"]!).ToHashSet();
        var records = books.Records with { Calls = [.. books.Records.Calls.Select(call => own.Contains(call.Key) ? call with { Note = null, Tries = 1 } : call)] };
        var sent = books.Lines[ProviderLine.FileName].Where(line => (bool)line["applied"]! && (string?)line["kind"] == ProviderLine.Notification && !own.Contains((string)line["key"]!)).Take(2).ToList();
        var (happened, retried) = ((string)sent[0]["key"]!, (string)sent[1]["key"]!);
        JsonObject Line(string key, string found, bool applied, JsonObject at, int seconds) => System.Text.Json.JsonSerializer.SerializeToNode(
            new OperatorLine(key, key[..26], applied, found, ((DateTimeOffset)at["utc"]!).AddSeconds(seconds)), ClaimsJson.Default.OperatorLine)!.AsObject();
        var set = records.History.First(static row => row.Number == 0);
        var resumed = Conversation.Read(set.Run, records.History.Where(row => row.Run == set.Run));
        List<JsonObject> lines =
        [
            Line(happened, OperatorLine.Succeeded, applied: true, sent[0], 1), Line(retried, OperatorLine.Retry, applied: false, sent[1], -1),
            System.Text.Json.JsonSerializer.SerializeToNode(new OperatorLine(ClaimFacts.Principal(resumed.Row), resumed.Run, false, OperatorLine.Resume, (DateTimeOffset)sent[1]["utc"]!), ClaimsJson.Default.OperatorLine)!.AsObject(),
        ];
        var doubted = records with
        {
            Calls = [.. records.Calls.Select(call => call.Key == happened ? call with { Note = "It happened, says the operator." } : call.Key == retried ? call with { Tries = 2 } : call)],
        };
        Assert.Equal([], books.With(OperatorLine.FileName, lines, doubted).Findings());
        foreach (var change in Changes(OperatorLine.FileName, lines).Where(static change => change.What != "moved up"))
            Assert.True(OnlyTheSealKnows(change, lines) || books.With(OperatorLine.FileName, change.Lines, doubted).Findings().Count > 0, $"{change}");
    }

    [Fact]
    public void Whatever_is_changed_breaks_the_seal()
    {
        var copy = Directory.CreateTempSubdirectory("holdfast-claims-desk-");
        try
        {
            foreach (var name in LedgerSeal.Ledgers.Append(LedgerSeal.FileName)) File.Copy(Path.Combine(run.Ledger, name), Path.Combine(copy.FullName, name));
            Assert.Empty(LedgerSeal.Broken(copy.FullName));
            foreach (var name in LedgerSeal.Ledgers)
            {
                var path = Path.Combine(copy.FullName, name);
                var whole = File.ReadAllBytes(path);
                foreach (var changed in (byte[][])[[.. whole, (byte)'\n'], whole.Length > 0 ? whole[..^1] : [0], [.. whole, .. whole, 0]])
                {
                    File.WriteAllBytes(path, changed);
                    Assert.Contains(name, Assert.Single(LedgerSeal.Broken(copy.FullName)), StringComparison.Ordinal);
                }
                File.WriteAllBytes(path, whole);
            }
            File.Delete(Path.Combine(copy.FullName, LedgerSeal.FileName));
            Assert.Contains("missing", Assert.Single(LedgerSeal.Broken(copy.FullName)), StringComparison.Ordinal);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    static IEnumerable<Change> Changes(string ledger, List<JsonObject> lines)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < lines.Count; at++)
        {
            var line = lines[at];
            Change Made(string what, Action<List<JsonObject>> change)
            {
                List<JsonObject> changed = [.. lines];
                change(changed);
                return new(ledger, at, what, line, changed);
            }
            yield return Made("removed", all => all.RemoveAt(at));
            yield return Made("doubled", all => all.Insert(at, line));
            if (at > 0) yield return Made("moved up", all => (all[at], all[at - 1]) = (all[at - 1], all[at]));
            // Of lines of one kind the fields of one are enough.
            var kind = string.Join(' ', new[] { "event", "receipt", "kind", "applied", "fault", "format", "decision" }.Select(name => $"{line[name]}")) + (line["calls"] is JsonArray { Count: > 0 } calls ? $"{calls[0]!["tool"]}" : "");
            if (!shown.Add(kind) && ledger == DoubleLine.FileName && at < lines.Count - 1) continue;
            foreach (var (name, value) in line)
                foreach (var (what, other) in Others(name, value))
                    yield return Made($"{name} {what}", all =>
                    {
                        var altered = (JsonObject)line.DeepClone();
                        altered[name] = other;
                        all[at] = altered;
                    });
        }
    }

    static IEnumerable<(string What, JsonNode? Other)> Others(string name, JsonNode? value)
    {
        if (name == "calls")
        {
            var calls = (JsonArray)value!;
            for (var at = 0; at < calls.Count; at++)
            {
                var removed = calls.DeepClone().AsArray();
                removed.RemoveAt(at);
                yield return ($"without call {at}", removed);
                foreach (var field in (string[])["id", "tool", "arguments"])
                {
                    var altered = calls.DeepClone().AsArray();
                    altered[at]![field] = $"{altered[at]![field]}x";
                    yield return ($"{at}, {field} altered", altered);
                }
            }
            yield break;
        }
        string[]? words = name switch
        {
            "event" => Events,
            "receipt" => [.. Receipts, null!],
            "decision" => Decisions,
            "format" => Enum.GetNames<WireFormat>(),
            "fault" => ["None", "RateLimited", "HalfAnswer"],
            "kind" => [ProviderLine.Payment, ProviderLine.Notification, ProviderLine.Late + ProviderLine.Payment, ProviderLine.Late + ProviderLine.Notification, "gift"],
            _ => null,
        };
        if (words is not null)
        {
            foreach (var word in words.Where(word => word != (string?)value)) yield return ($"to {word ?? "nothing"}", word);
            yield break;
        }
        switch (value?.GetValueKind())
        {
            case System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False: yield return ("turned round", !(bool)value); break;
            case System.Text.Json.JsonValueKind.Number:
                yield return ("one more", (long)value + 1);
                yield return ("one less", (long)value - 1);
                break;
            case System.Text.Json.JsonValueKind.String when name.EndsWith("tc", StringComparison.Ordinal):
                yield return ("an hour later", $"{(DateTimeOffset)value + TimeSpan.FromHours(1):O}");
                yield return ("an hour earlier", $"{(DateTimeOffset)value - TimeSpan.FromHours(1):O}");
                break;
            default: yield return ("altered", $"{value}x"); break;
        }
    }
}
