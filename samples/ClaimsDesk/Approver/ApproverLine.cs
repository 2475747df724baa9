using System.Text.Json.Serialization;

namespace ClaimsDesk;

/// <summary>What the approver knew at one moment: a line when it was asked, one when it sent an answer, one when it heard what became of that.</summary>
/// <param name="Number">The line's number, from 1.</param>
/// <param name="Event">One of the three.</param>
/// <param name="Approval">The approval's id, and <paramref name="Call"/> the number of its call in the run.</param>
/// <param name="Arguments">Those that it was asked about; of an answer, those that it speaks of.</param>
/// <param name="Answer">Which answer to this request it is, from 1; 0 for the request.</param>
/// <param name="UntilUtc">Until when an answer counts.</param>
/// <param name="Receipt">What became of the answer; null until that is known.</param>
sealed record ApproverLine(
    int Number, string Event, int Row, string Run, string Approval, long Call, string Arguments, int Answer, bool Granted, DateTimeOffset Utc, DateTimeOffset UntilUtc, string? Receipt)
{
    public const string FileName = "approver.jsonl", Asked = "asked", Sent = "sent", Heard = "heard";

    /// <summary>By what name its answers are kept.</summary>
    public const string Person = "the approver";

    /// <summary>The receipt of an answer to an agent that had ended.</summary>
    public const string Ended = "Ended";
}

/// <summary>Tells the approver that a call waits for it; told again, it answers no second time.</summary>
sealed record ApprovalNotice(int Row, string Run, string Approval, long Call, string Arguments, DateTimeOffset UntilUtc);

/// <summary>What the approver says.</summary>
sealed record ApprovalWord(int Row, string Approval, string Arguments, bool Granted);

/// <summary>What became of it.</summary>
sealed record ApprovalReply(string Receipt);

/// <summary>What crosses a process border here or lies in a ledger.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ApproverLine))]
[JsonSerializable(typeof(ApprovalNotice))]
[JsonSerializable(typeof(ApprovalWord))]
[JsonSerializable(typeof(ApprovalReply))]
[JsonSerializable(typeof(DeskReport))]
sealed partial class DeskJson : JsonSerializerContext;
