using System.Reflection;
using System.Text.Json.Serialization;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents.Records;

/// <summary>The types whose values are one text, number or word in JSON.</summary>
static class Scalars
{
    public static TypePlan? Plan(Type type, Constraints constraints, bool isNullable)
    {
        if (type == typeof(bool)) return Bare(type, constraints, new BooleanSchema { IsNullable = isNullable, Description = constraints.Description }, new BooleanConverter()) with { TakesAll = true };
        if (type == typeof(string)) return Text(type, constraints, isNullable);
        if (type.IsEnum) return Enum(type, constraints, isNullable);
        if (Integer(type) is var (low, high, whole)) return Number(type, constraints, isNullable, whole, low, high) with { TakesAll = !constraints.HasRange };
        if (type == typeof(decimal)) return Number(type, constraints, isNullable, new DecimalConverter()) with { TakesAll = !constraints.HasRange };
        if (type == typeof(double)) return Number(type, constraints, isNullable, new FloatConverter<double>()) with { MayMisfit = constraints.HasRange };
        if (type == typeof(float)) return Number(type, constraints, isNullable, new FloatConverter<float>()) with { MayMisfit = constraints.HasRange };
        if (type == typeof(Guid)) return Formatted(type, constraints, isNullable, StringFormat.Uuid, new UuidConverter()) with { TakesAll = true };
        if (type == typeof(DateOnly)) return Formatted(type, constraints, isNullable, StringFormat.Date, new DateConverter()) with { TakesAll = true };
        if (type == typeof(DateTimeOffset)) return Formatted(type, constraints, isNullable, StringFormat.DateTime, new MomentConverter()) with { TakesAll = true };
        if (type == typeof(DateTime)) return Formatted(type, constraints, isNullable, StringFormat.DateTime, new UtcConverter(new()));
        return null;
    }

    static (decimal Low, decimal High, Converter Converter)? Integer(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => (sbyte.MinValue, sbyte.MaxValue, new IntegerConverter<sbyte>()),
        TypeCode.Byte => (byte.MinValue, byte.MaxValue, new IntegerConverter<byte>()),
        TypeCode.Int16 => (short.MinValue, short.MaxValue, new IntegerConverter<short>()),
        TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue, new IntegerConverter<ushort>()),
        TypeCode.Int32 => (int.MinValue, int.MaxValue, new IntegerConverter<int>()),
        TypeCode.UInt32 => (uint.MinValue, uint.MaxValue, new IntegerConverter<uint>()),
        TypeCode.Int64 => (long.MinValue, long.MaxValue, new IntegerConverter<long>()),
        TypeCode.UInt64 => (ulong.MinValue, ulong.MaxValue, new IntegerConverter<ulong>()),
        _ => null,
    };

    /// <param name="type">The type.</param>
    /// <param name="constraints">What attributes say.</param>
    /// <param name="isNullable">Whether it may be null.</param>
    /// <param name="converter">Its converter.</param>
    /// <param name="low">The lowest value of a type of whole numbers, which the schema has to hold; null for other types.</param>
    /// <param name="high">The highest one.</param>
    static TypePlan Number(Type type, Constraints constraints, bool isNullable, Converter converter, decimal? low = null, decimal? high = null)
    {
        Refuse(type, constraints, range: true);
        var (minimum, maximum) = (constraints.Minimum, constraints.Maximum);
        var (isOpenBelow, isOpenAbove) = (constraints.ExcludesMinimum && minimum is not null && !(minimum < low), constraints.ExcludesMaximum && maximum is not null && !(maximum > high));
        return new(type, new NumberSchema
        {
            IsNullable = isNullable,
            Description = constraints.Description,
            IsInteger = low is not null,
            Minimum = isOpenBelow ? null : minimum is null || minimum < low ? low : minimum,
            Maximum = isOpenAbove ? null : maximum is null || maximum > high ? high : maximum,
            ExclusiveMinimum = isOpenBelow ? minimum : null,
            ExclusiveMaximum = isOpenAbove ? maximum : null,
        }, converter);
    }

    static TypePlan Text(Type type, Constraints constraints, bool isNullable)
    {
        Refuse(type, constraints, length: true, pattern: true);
        var schema = new StringSchema
        {
            IsNullable = isNullable,
            Description = constraints.Description,
            MinLength = constraints.MinLength,
            MaxLength = constraints.MaxLength,
            Pattern = constraints.Pattern is null ? null : EcmaPattern.Parse(constraints.Pattern),
        };
        return new(type, schema, new TextConverter()) { TakesAll = isNullable && !constraints.HasLength && constraints.Pattern is null };
    }

    static TypePlan Enum(Type type, Constraints constraints, bool isNullable)
    {
        Refuse(type, constraints);
        if (type.IsDefined(typeof(FlagsAttribute))) throw new FormatException($"{type.Name} is an enum of flags; use a list of an enum's names");
        var fields = type.GetFields(BindingFlags.Public | BindingFlags.Static);
        if (fields.Length == 0) throw new FormatException($"{type.Name} has no values");
        static string NameOf(FieldInfo field) => field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name;
        if (fields.GroupBy(NameOf).FirstOrDefault(static g => g.Count() > 1) is { } alike)
            throw new FormatException($"{type.Name} has two values that are '{alike.Key}' in JSON, {string.Join(" and ", alike.Select(static f => f.Name))}");
        var names = new NameTable(fields.Select(NameOf));
        var values = Array.CreateInstance(type, fields.Length);
        foreach (var (i, field) in fields.Index()) values.SetValue(field.GetValue(null), i);
        var converter = (Converter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(type), names, values)!;
        return new(type, new StringSchema { IsNullable = isNullable, Description = constraints.Description, Names = names }, converter);
    }

    static TypePlan Formatted(Type type, Constraints constraints, bool isNullable, StringFormat format, Converter converter) =>
        Bare(type, constraints, new StringSchema { IsNullable = isNullable, Description = constraints.Description, Format = format }, converter);

    static TypePlan Bare(Type type, Constraints constraints, SchemaNode schema, Converter converter)
    {
        Refuse(type, constraints);
        return new(type, schema, converter);
    }

    /// <summary>Refuses what this type cannot have: whoever wrote it counts on its being checked.</summary>
    static void Refuse(Type type, Constraints constraints, bool range = false, bool length = false, bool pattern = false)
    {
        if (constraints.HasRange && !range) throw new FormatException($"has a [Range], which {type.Name} cannot have");
        if (constraints.HasLength && !length) throw new FormatException($"has a length, which {type.Name} cannot have");
        if (constraints.Pattern is not null && !pattern) throw new FormatException($"has a [RegularExpression], which {type.Name} cannot have");
    }
}
