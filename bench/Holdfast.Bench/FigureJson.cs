using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Holdfast.Bench;

/// <summary>Figures for machines: a line for each measurement, or a file of all that were made together.</summary>
static class FigureJson
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    static readonly JsonSerializerOptions Indented = new(Options) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Line(object figures) => JsonSerializer.Serialize(figures, figures.GetType(), Options);

    /// <summary>Looks whether the figures can be written there, before minutes or hours are spent on them.</summary>
    /// <exception cref="ArgumentException">They cannot; the message says why.</exception>
    public static void CheckPlace(string path)
    {
        try
        {
            using var file = File.Open(path, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"--save cannot write to '{path}': {error.Message}", error);
        }
    }

    /// <summary>
    /// Writes what was asked, when, on what machine and build, and one figure on each line in an order that stays: between two such files, what has changed shows as a difference of lines.
    /// </summary>
    public static void Save(string path, string[] command, Measured measured)
    {
        var machine = new JsonObject();
        foreach (var (name, value) in Machine.Facts(Path.GetTempPath())) machine[name] = value;
        var saved = new JsonObject
        {
            ["command"] = string.Join(' ', WithoutPlaces(command)),
            ["utc"] = $"{DateTime.UtcNow:yyyy-MM-dd HH:mm}",
            ["build"] = Machine.Build,
            ["machine"] = machine,
            ["isWithin"] = measured.IsWithin,
            ["figures"] = new JsonArray([.. measured.Figures.Select(static figures => JsonNode.Parse(Line(figures)))]),
        };
        File.WriteAllText(path, saved.ToJsonString(Indented) + "\n");
    }

    /// <summary>Where files lie says nothing of what was measured.</summary>
    static IEnumerable<string> WithoutPlaces(string[] command)
    {
        for (var i = 0; i < command.Length; i++)
        {
            if (command[i] is "--save" or "--db") i++;
            else if (command[i] is not "--json") yield return command[i];
        }
    }
}
