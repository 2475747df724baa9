using System.Globalization;
using System.Text.Json;
using Claims;

namespace ClaimsDesk;

/// <summary>Holds what the engine's file says of the models of one agent against what the double says that it answered.</summary>
sealed class ModelAudit(Claim claim, ModelTalk talk, IReadOnlyList<ModelRow> rows, int messages, int reservations, Action<string> wrong)
{
    public void Run()
    {
        ModelRow[] answered = [.. rows.Where(static row => row.IsAnswered)];
        foreach (var row in answered.Where(static row => row.IsWhole))
            if (!talk.Ids.Contains(IdsIn(row.Body!))) Wrong($"answer {row.Number} has other ids of calls than the model gave");
        if (rows.Any(static row => !row.IsWhole)) Wrong("an answer of the model is not what its hash says");
        else if (!answered.Select(static row => SaidIn(row.Body!)).SequenceEqual(talk.Texts)) Wrong($"the model gave {talk.Turns} answers, and {answered.Length} are kept, or others");
        // One question after the other, each answered once; what was cut off is there as an attempt without an answer.
        if (!answered.Select(static row => row.Number).SequenceEqual(Enumerable.Range(1, talk.Turns).Select(static number => (long)number))) Wrong("a question to the model is missing, or was answered twice");
        if (rows.Any(row => row.First != 0 || row.End <= row.First || row.End > messages)) Wrong("a question showed other messages than the conversation has");
        if (!answered.Select(static row => row.End).SequenceEqual(answered.Select(static row => row.End).Order())) Wrong("a later question showed less");
        foreach (var row in answered)
            if (row.Model != "double" || row.Tokens != BudgetAudit.TokensOfAnswer) Wrong($"answer {row.Number} is said to be of {row.Model} and to have taken {row.Tokens} tokens");
        if (reservations > rows.Count - answered.Length) Wrong($"{reservations} reservations of tokens, and {rows.Count - answered.Length} questions of which nobody knows what they took");
    }

    static string SaidIn(byte[] reply)
    {
        using var json = JsonDocument.Parse(reply);
        return json.RootElement.GetProperty("Text").GetString()!;
    }

    static string IdsIn(byte[] reply)
    {
        using var json = JsonDocument.Parse(reply);
        return string.Join('\n', json.RootElement.GetProperty("Calls").EnumerateArray().Select(static call => call.GetProperty("Id").GetString()));
    }

    void Wrong(string text) => wrong(string.Create(CultureInfo.InvariantCulture, $"row {claim.Row}: {text}"));
}
