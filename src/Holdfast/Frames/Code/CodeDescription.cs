using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Holdfast.Frames.Code;

/// <summary>
/// What a fingerprint was computed from, kept so that a later build can say what changed. It proves itself: one whose text does not
/// hash to the fingerprint it is asked about is not believed.
/// </summary>
/// <param name="Build">Name and version of the assembly that first saved a run in this code, and the SDK that made it where the assembly tells, for people.</param>
/// <param name="IsOptimized">Whether that was a Release build.</param>
/// <param name="Lines">The text of the code, without its type arguments.</param>
/// <param name="Arguments">The type arguments, when it is generic.</param>
sealed record CodeDescription(string Build, bool IsOptimized, IReadOnlyList<string> Lines, IReadOnlyList<string> Arguments)
{
    const byte Version = 1;

    /// <summary>Under which name the package's targets write the SDK's version into an assembly.</summary>
    const string SdkKey = "Holdfast.Sdk";

    const string BeforeSdk = " (.NET SDK ";

    /// <summary>Fast enough to be done in the turn that first meets the code, and a tenth of the text.</summary>
    const CompressionLevel Level = CompressionLevel.Optimal;

    /// <summary>More than any method has; what claims to be larger is damaged.</summary>
    const int LinesMax = 1_000_000;

    /// <summary>Describes a machine, a closure, a lambda or a local function as it is loaded here.</summary>
    public static CodeDescription Of(MemberInfo code)
    {
        var (lines, arguments) = Fingerprints.TextOf(code);
        var assembly = code.Module.Assembly;
        var name = assembly.GetName();
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? name.Version?.ToString();
        var sdk = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(static one => one.Key == SdkKey)?.Value;
        return new($"{name.Name} {version}{(sdk is null ? "" : $"{BeforeSdk}{sdk})")}", !IsDebug(assembly), lines, arguments);
    }

    /// <summary>The version of the SDK that made the build, and with it of the compiler; null when it is not told.</summary>
    public string? Sdk => Build.IndexOf(BeforeSdk, StringComparison.Ordinal) is var at and > 0 ? Build[(at + BeforeSdk.Length)..^1] : null;

    public byte[] Encode()
    {
        using var bytes = new MemoryStream();
        bytes.WriteByte(Version);
        using (var writer = new BinaryWriter(new BrotliStream(bytes, Level), Encoding.UTF8))
        {
            writer.Write(Build);
            writer.Write(IsOptimized);
            foreach (var list in (IReadOnlyList<string>[])[Lines, Arguments])
            {
                writer.Write7BitEncodedInt(list.Count);
                foreach (var line in list) writer.Write(line);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Reads a description back; null when it is damaged, of a later format, or of other code.</summary>
    public static CodeDescription? Decode(ReadOnlyMemory<byte> bytes, Fingerprint of)
    {
        if (bytes.Length < 2 || bytes.Span[0] != Version) return null;
        try
        {
            using var reader = new BinaryReader(new BrotliStream(new MemoryStream(bytes[1..].ToArray()), CompressionMode.Decompress), Encoding.UTF8);
            var read = new CodeDescription(reader.ReadString(), reader.ReadBoolean(), ReadLines(reader), ReadLines(reader));
            return Fingerprints.OfText(read.Lines, read.Arguments) == of ? read : null;
        }
        catch (Exception damaged) when (damaged is IOException or InvalidDataException or FormatException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    static List<string> ReadLines(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        if (count is < 0 or > LinesMax) throw new InvalidDataException();
        var lines = new List<string>();
        for (var i = 0; i < count; i++) lines.Add(reader.ReadString());
        return lines;
    }

    static bool IsDebug(Assembly assembly) => assembly.GetCustomAttribute<System.Diagnostics.DebuggableAttribute>() is { IsJITOptimizerDisabled: true };
}
