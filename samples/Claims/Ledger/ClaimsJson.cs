using System.Text.Json.Serialization;

namespace Claims;

/// <summary>Everything that crosses a process border or lies in a ledger, in camel case. What lacks a field, or has one twice, is none of it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
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
