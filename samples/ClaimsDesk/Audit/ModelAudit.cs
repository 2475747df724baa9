using System.Globalization;
using System.Text.Json;
using Claims;

namespace ClaimsDesk;

/// <summary>Holds what the engine's file says of the models of one agent against what the double says that it answered.</summary>
sealed class ModelAudit(Claim claim, ModelTalk talk, IReadOnlyList<ModelRow> rows, IReadOnlyList<CallRow> calls, int messages, int reservations, Action<string> wrong)
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
        // What failed, and what was cut off, shows no less and no more than the next try of the same question, and says nothing of an answer.
        foreach (var tries in rows.GroupBy(static row => row.Number))
        {
            if (tries.DistinctBy(static row => row.End).Count() > 1) Wrong($"question {tries.Key} showed other messages at another try");
            if (tries.Last().Error is not null || tries.Any(static row => row.IsAnswered ? row.Settled is null || row.Error is not null : row.Model is not null || row.IsCounted || (row.Settled is null && row.Error is not null))) Wrong($"question {tries.Key} was answered and failed at once");
        }
        CheckTimes();
        if (reservations > rows.Count - answered.Length) Wrong($"{reservations} reservations of tokens, and {rows.Count - answered.Length} questions of which nobody knows what they took");
    }

    /// <summary>An agent asks one question after the other, and calls in between.</summary>
    void CheckTimes()
    {
        long[] times = [.. rows.SelectMany(static row => new[] { row.Started, row.Settled ?? row.Started })];
        if (times.Zip(times.Skip(1)).Any(static pair => IsBefore(pair.Second, pair.First))) Wrong("a question is of a time before the one that it follows");
        if (calls.Any(call => IsBefore(call.Begun, times[0]) || IsBefore(times[^1], call.Settled ?? call.Begun))) Wrong("a call was made before the first question, or after the last");
    }

    static bool IsBefore(long one, long other) => Hours.IsBefore(DateTimeOffset.FromUnixTimeMilliseconds(one), DateTimeOffset.FromUnixTimeMilliseconds(other));

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
