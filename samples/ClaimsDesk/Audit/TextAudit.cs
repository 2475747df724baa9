namespace ClaimsDesk;

/// <summary>Holds the texts that the engine's file keeps against their hashes, and against who refers to them.</summary>
sealed class TextAudit(DeskRecords records, Action<string> wrong)
{
    public void Run()
    {
        var used = records.History.Select(static row => row.Hash).Concat(records.Models.Select(static row => row.Frame)).Concat(records.Models.Select(static row => row.Reply).OfType<byte[]>())
            .Select(Convert.ToHexStringLower).ToHashSet(StringComparer.Ordinal);
        foreach (var text in records.Texts)
        {
            if (!text.IsWhole) wrong($"the text {text.Name} is not what its hash says");
            if (!used.Remove(text.Name)) wrong($"the text {text.Name} belongs to nothing");
        }
        foreach (var missing in used) wrong($"the text {missing} is missing");
    }
}
