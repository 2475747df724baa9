using System.Globalization;

namespace Holdfast.Frames.Graph;

/// <summary>Cultures by name.</summary>
sealed class CulturePlan : Plan<CultureInfo>
{
    public override bool HasBody => false;

    public static CultureInfo Find(string name)
    {
        try
        {
            return name.Length == 0 ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            throw GraphErrors.Migration($"The culture '{name}' is not known on this machine.");
        }
    }

    protected override void WriteHeader(GraphWriter writer, CultureInfo value) => writer.WriteText(value.Name);

    public override object ReadHeader(GraphReader reader, WireType type) => Find(reader.ReadText());
}
