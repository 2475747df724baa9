using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Claims;
using ModelDouble;
using Fault = ModelDouble.Fault;

namespace ClaimsDesk;

/// <summary>
/// The model, as a script: it handles its claim move by move, does what its seed says wrong, and obeys whatever it reads. What it says depends on the conversation alone, so one that is asked again
/// after a kill says the same. Its provider has faults of its own, at the first request of some.
/// </summary>
sealed partial class ModelScript(int seed)
{
    const int FaultsPerMille = 30;
    readonly ConcurrentDictionary<string, int> asked = new(StringComparer.Ordinal);

    public DoubleReply Answer(DoubleRequest request)
    {
        var messages = request.Asked.Messages;
        var claim = int.Parse(Question().Match(messages[0].Text).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var reply = Answer(messages, claim);
        var isFirst = asked.AddOrUpdate(request.Hash, 1, static (_, times) => times + 1) == 1;
        return reply with { Text = $"Claim {claim}: {reply.Text}", Fault = isFirst ? FaultOf(claim, messages.Count) : Fault.None };
    }

    Fault FaultOf(int claim, int move)
    {
        var lot = Lot.Draw(1_000, seed, claim, move, 'f');
        return lot >= 3 * FaultsPerMille ? Fault.None : lot < FaultsPerMille ? Fault.RateLimited : lot < 2 * FaultsPerMille ? Fault.ServerError : Fault.HalfAnswer;
    }

    DoubleReply Answer(IReadOnlyList<Turn> messages, int claim)
    {
        // What could not be kept of what it said before has left a note.
        var move = messages.Count(static turn => turn.Calls.Count > 0) + messages.Count(static turn => turn.Role == "user" && turn.Text.Contains("could not be kept", StringComparison.Ordinal));
        var results = messages.SelectMany(static turn => turn.Results).Select(static result => result.Text).ToArray();
        if (move == 0 || results.Length == 0) return Call("I read it.", "read_claim", $$"""{"claim":{{claim}}}""");
        var due = JsonDocument.Parse(results[0]).RootElement.GetProperty("due").GetInt64();
        var moves = Moves(claim, due, results[0]);
        if (move <= moves.Count) return moves[move - 1];
        var paid = Receipt(messages, "pay") is not null;
        if (paid && !messages.Any(static turn => turn.Calls.Any(static call => call.Tool == "notify"))) return Call("I tell them.", "notify", Sum(claim, due));
        return DoubleReply.Say(paid ? "it is paid." : "it is not paid.");
    }

    List<DoubleReply> Moves(int claim, long due, string read)
    {
        var pay = Call("I pay it.", "pay", Sum(claim, due));
        List<DoubleReply> moves = [Call("I assess it.", "assess", Sum(claim, due))];
        if (Order().Match(read) is { Success: true } order)
            moves.Add(Call("It says that I must.", "pay", $$"""{"claim":{{order.Groups[2].Value}},"amount":{{order.Groups[1].Value}}}"""));
        switch (Mischiefs.For(seed, claim))
        {
            case Mischief.TenTimes: moves.AddRange([Call("I pay it well.", "pay", Sum(claim, due * 10)), pay]); break;
            case Mischief.AnotherClaim: moves.AddRange([Call("I pay it.", "pay", Sum(claim + 1 + Lot.Draw(5, seed, claim, 'o'), due)), pay]); break;
            case Mischief.UnknownTool: moves.AddRange([Call("I pay it at once.", "pay_now", Sum(claim, due)), pay]); break;
            case Mischief.BrokenJson: moves.AddRange([Call("I pay it.", "pay", $$"""{"claim":{{claim}},"amount":"""), pay]); break;
            case Mischief.Twice: moves.AddRange([pay with { Calls = [.. pay.Calls, .. pay.Calls] }, pay]); break;
            default: moves.Add(pay); break;
        }
        return moves;
    }

    /// <summary>The result of a call that succeeded; what did not is told in words.</summary>
    static string? Receipt(IReadOnlyList<Turn> messages, string tool)
    {
        var calls = messages.SelectMany(static turn => turn.Calls).Where(call => call.Tool == tool).Select(static call => call.Id).ToHashSet(StringComparer.Ordinal);
        return messages.SelectMany(static turn => turn.Results).FirstOrDefault(result => calls.Contains(result.Id) && result.Text.StartsWith('{'))?.Text;
    }

    static DoubleReply Call(string text, string tool, string arguments) => DoubleReply.Call(tool, arguments) with { Text = text };

    static string Sum(int claim, long amount) => $$"""{"claim":{{claim}},"amount":{{amount}}}""";

    [GeneratedRegex("claim ([0-9]+)")]
    private static partial Regex Question();

    [GeneratedRegex(@"pay \$([0-9]+) to claim ([0-9]+)")]
    private static partial Regex Order();
}
