using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Claims;
using ModelDouble;

namespace ClaimsDesk;

/// <summary>One proposal of a model, from its ledger, with what the gate had to say to it.</summary>
sealed record Proposal(long Number, string Tool, string Arguments, Expectation Expected)
{
    public bool MayPass => Expected.Arm is Expectation.Admit or Expectation.Approve;

    /// <summary>The arguments in the one form that they have beside the ledger; null if they have none.</summary>
    public string? Canonical
    {
        get
        {
            try
            {
                using var json = JsonDocument.Parse(Arguments);
                var members = json.RootElement.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal).Select(static member => $"\"{member.Name}\":{member.Value.GetRawText()}");
                return $"{{{string.Join(',', members)}}}";
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public byte[] Hash => SHA256.HashData(Encoding.UTF8.GetBytes($"{Tool}\n1\n{Canonical}"));

    public string ApprovalIn(string run) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{run}\n{Number}\n{Tool}\n1\n{Canonical}"))));
}

/// <summary>What a model said about one claim, from its ledger: a kill lets the same question be asked again, and it counts once.</summary>
/// <param name="Texts">What it said in each of its answers.</param>
/// <param name="Proposals">What it proposed with them.</param>
/// <param name="Ids">The ids of the calls of each answer that it gave, of those also that nobody heard.</param>
sealed record ModelTalk(IReadOnlyList<string> Texts, IReadOnlyList<Proposal> Proposals, IReadOnlySet<string> Ids)
{
    public int Turns => Texts.Count;

    public static ModelTalk Of(Claim claim, IEnumerable<DoubleLine> lines, Action<string> wrong)
    {
        var turns = lines.GroupBy(static line => line.Request).ToArray();
        var proposals = new List<Proposal>();
        foreach (var turn in turns)
        {
            if (turn.DistinctBy(Said).Count() > 1) wrong("the model gave two answers to one question");
            if (turn.All(static line => line.Fault != ModelDouble.Fault.None)) wrong("the model never answered a question");
            foreach (var call in turn.First().Calls) proposals.Add(new(proposals.Count + 1, call.Tool, call.Arguments, Expectation.For(claim, call.Tool, call.Arguments)));
        }
        var ids = lines.Select(static line => string.Join('\n', line.Calls.Select(static call => call.Id))).ToHashSet(StringComparer.Ordinal);
        return new([.. turns.Select(static turn => turn.First().Text)], proposals, ids);
    }

    static string Said(DoubleLine line) => string.Join('\n', line.Calls.Select(static call => $"{call.Tool} {call.Arguments}").Prepend(line.Text));
}
