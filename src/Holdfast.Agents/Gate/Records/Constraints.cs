using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents.Records;

/// <summary>What attributes say about a property. An attribute that would not be checked is refused, because whoever wrote it counts on it.</summary>
sealed class Constraints
{
    public static readonly Constraints None = new();

    public string? Description { get; private set; }

    public string? Name { get; private set; }

    public decimal? Minimum { get; private set; }

    public decimal? Maximum { get; private set; }

    public bool ExcludesMinimum { get; private set; }

    public bool ExcludesMaximum { get; private set; }

    public int? MinLength { get; private set; }

    public int? MaxLength { get; private set; }

    public string? Pattern { get; private set; }

    public bool HasRange => Minimum is not null || Maximum is not null;

    public bool HasLength => MinLength is not null || MaxLength is not null;

    /// <summary>Those of a property, and of the constructor's parameter that sets it: attributes of a record's parameter stand there.</summary>
    public static Constraints Of(PropertyInfo property, ParameterInfo? parameter)
    {
        var found = new Constraints();
        foreach (var attribute in property.GetCustomAttributes(true).Concat(parameter?.GetCustomAttributes(true) ?? []).Cast<Attribute>()) found.Take(attribute, property.PropertyType);
        return found;
    }

    /// <summary>Those of a method's parameter.</summary>
    public static Constraints Of(ParameterInfo parameter)
    {
        var found = new Constraints();
        foreach (var attribute in parameter.GetCustomAttributes(true).Cast<Attribute>()) found.Take(attribute, parameter.ParameterType);
        return found;
    }

    public static string? DescriptionOf(MemberInfo member) => member.GetCustomAttribute<DescriptionAttribute>()?.Description;

    void Take(Attribute attribute, Type type)
    {
        switch (attribute)
        {
            case DescriptionAttribute description: Description = description.Description; break;
            case JsonPropertyNameAttribute name: Name = name.Name; break;
            case RangeAttribute range:
                (Minimum, Maximum) = (Bound(range.Minimum, type), Bound(range.Maximum, type));
                (ExcludesMinimum, ExcludesMaximum) = (range.MinimumIsExclusive, range.MaximumIsExclusive);
                break;
            case StringLengthAttribute length: (MinLength, MaxLength) = (length.MinimumLength > 0 ? length.MinimumLength : MinLength, length.MaximumLength); break;
            case LengthAttribute length: (MinLength, MaxLength) = (length.MinimumLength, length.MaximumLength); break;
            case MinLengthAttribute length: MinLength = length.Length; break;
            case MaxLengthAttribute length: MaxLength = length.Length < 0 ? null : length.Length; break;
            case RegularExpressionAttribute pattern:
                // By itself: what closes a group that it has not opened would close the one around it, and mean less than the whole text.
                EcmaPattern.Parse(pattern.Pattern);
                // The attribute means the whole text; a schema's pattern means any part.
                Pattern = $"^(?:{pattern.Pattern})$";
                break;
            case ValidationAttribute or JsonRequiredAttribute or JsonConverterAttribute or JsonNumberHandlingAttribute or JsonIgnoreAttribute or JsonExtensionDataAttribute:
                throw new FormatException($"has [{attribute.GetType().Name[..^9]}], which the gate does not check; use Tool.Require, or a type that says it");
            default: break;
        }
    }

    /// <summary>A bound outside of what a decimal holds, such as double.MaxValue, is no bound to anything that the gate takes.</summary>
    static decimal? Bound(object bound, Type type)
    {
        var text = Convert.ToString(bound, CultureInfo.InvariantCulture)!;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var wide) && (double.IsInfinity(wide) || Math.Abs(wide) == double.MaxValue)) return null;
        throw new FormatException($"has a [Range] whose bound {text} is not a decimal number, for {type.Name}");
    }
}
