using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelDouble;

/// <summary>What was asked and answered, one line for each request. A line is written before its answer goes out; no header, and so no key, is in it.</summary>
/// <param name="Number">Which request of this process it is, from 1.</param>
/// <param name="Format">The wire format.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Request">The hash of what was asked.</param>
/// <param name="Text">What was said.</param>
/// <param name="Calls">What was called, as it went out.</param>
/// <param name="Fault">What went wrong.</param>
/// <param name="Refused">Why the request itself was refused, if it was.</param>
public sealed record DoubleLine(int Number, WireFormat Format, string Model, string Request, string Text, IReadOnlyList<DoubleCall> Calls, Fault Fault, string? Refused)
{
    /// <summary>The name under which the file stands among others.</summary>
    public const string FileName = "model.jsonl";
}

/// <summary>The JSON of the lines.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DoubleLine))]
[JsonSerializable(typeof(Question))]
public sealed partial class DoubleJson : JsonSerializerContext;

/// <summary>The file of lines; none if nobody wants it.</summary>
sealed class DoubleLedger(string? path) : IDisposable
{
    readonly Lock _lock = new();
    readonly FileStream? _file = path is null ? null : new(path, FileMode.Append, FileAccess.Write, FileShare.Read);

    public void Append(DoubleLine line)
    {
        if (_file is null) return;
        lock (_lock)
        {
            JsonSerializer.Serialize(_file, line, DoubleJson.Default.DoubleLine);
            _file.WriteByte((byte)'\n');
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _file?.Dispose();
}
