using System.Text.Json.Serialization;

namespace Claims;

/// <summary>Everything that crosses a process border or lies in a ledger, in camel case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProviderLine))]
[JsonSerializable(typeof(AdjusterLine))]
[JsonSerializable(typeof(OperatorLine))]
[JsonSerializable(typeof(QuarantinedRow))]
[JsonSerializable(typeof(PaymentRequest))]
[JsonSerializable(typeof(PaymentReceipt))]
[JsonSerializable(typeof(KeyState))]
[JsonSerializable(typeof(ProviderProgress))]
[JsonSerializable(typeof(ClaimNotice))]
[JsonSerializable(typeof(AdjusterAnswer))]
[JsonSerializable(typeof(WorkerStatus))]
[JsonSerializable(typeof(AuditReport))]
sealed partial class ClaimsJson : JsonSerializerContext;
