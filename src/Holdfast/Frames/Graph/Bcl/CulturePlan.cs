using System.Globalization;
using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>Cultures by name. One whose formats the user has changed is more than its name says, and is refused.</summary>
sealed class CulturePlan : Plan<CultureInfo>
{
    /// <summary>Stands before the name of a culture that may be changed. No name begins with it.</summary>
    const char Open = '+';

    public override bool HasBody => false;

    public static CultureInfo Find(string name) => Find(name, static name => name.Length == 0 ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(name));

    static CultureInfo Find(string name, Func<string, CultureInfo> make)
    {
        try
        {
            return make(name);
        }
        catch (CultureNotFoundException)
        {
            throw GraphErrors.Migration($"The culture '{name}' is not known on this machine.");
        }
    }

    protected override void WriteHeader(GraphWriter writer, CultureInfo value)
    {
        var plain = Find(value.Name);
        if (!ReferenceEquals(value, plain) && !AreAlike(value, plain))
            throw new NotSavableException(value, typeof(CultureInfo), "Its formats are not those that its name stands for. Keep the name, and change the formats again after the await.");
        writer.WriteText(value.IsReadOnly ? value.Name : Open + value.Name);
    }

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        var name = reader.ReadText();
        return name.StartsWith(Open) ? Find(name[1..], static name => new CultureInfo(name, useUserOverride: false)) : Find(name);
    }

    static bool AreAlike(CultureInfo one, CultureInfo other) =>
        Equal(one.Calendar, other.Calendar) && Equal(one.NumberFormat, other.NumberFormat) && Equal(one.DateTimeFormat, other.DateTimeFormat)
        && Equal(one.DateTimeFormat.GetAllDateTimePatterns(), other.DateTimeFormat.GetAllDateTimePatterns()) && one.TextInfo.ListSeparator == other.TextInfo.ListSeparator;

    static bool Equal(object? one, object? other) => one switch
    {
        Array array => other is Array same && array.Cast<object?>().SequenceEqual(same.Cast<object?>()),
        NumberFormatInfo or DateTimeFormatInfo => Array.TrueForAll(one.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public), property => property.Name == nameof(NumberFormatInfo.IsReadOnly) || Equal(property.GetValue(one), property.GetValue(other))),
        Calendar calendar => other?.GetType() == calendar.GetType() && calendar.TwoDigitYearMax == ((Calendar)other).TwoDigitYearMax,
        _ => Equals(one, other),
    };
}
