using System.Globalization;
using System.Numerics;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Records;

/// <summary>Whole numbers. The schema holds the type's own bounds, so that what passed it fits.</summary>
sealed class IntegerConverter<T> : Converter<T>
    where T : struct, IBinaryInteger<T>
{
    public override T Read(JsonTape tape, int token)
    {
        var text = tape.TextOf(token);
        if (JsonNumber.TryPlain(text, out var plain)) return T.CreateTruncating(plain);
        if (JsonNumber.TryExact(text, out var exact)) return T.CreateTruncating(exact);
        tape.Flaw(token, "has too many digits");
        return default;
    }

    public override void Write(CanonicalWriter writer, T value) => writer.Raw(value.ToString(null, CultureInfo.InvariantCulture));
}

/// <summary>Decimals. A number that would have to be rounded is not taken.</summary>
sealed class DecimalConverter : Converter<decimal>
{
    public override decimal Read(JsonTape tape, int token)
    {
        if (!JsonNumber.TryExact(tape.TextOf(token), out var value)) tape.Flaw(token, "has more digits than a decimal can hold");
        return value;
    }

    /// <summary>Without the zeroes that say nothing: 1.0 is 1.</summary>
    public override void Write(CanonicalWriter writer, decimal value) => writer.Raw((value == 0 ? 0 : value / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture));
}

/// <summary>Floating-point numbers: the nearest one, as everywhere.</summary>
sealed class FloatConverter<T> : Converter<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    public override T Read(JsonTape tape, int token)
    {
        var value = JsonNumber.TryDouble(tape.TextOf(token), out var read) ? T.CreateSaturating(read) : T.NaN;
        if (!T.IsFinite(value)) tape.Flaw(token, "is too large a number");
        return value;
    }

    public override void Write(CanonicalWriter writer, T value)
    {
        if (!T.IsFinite(value)) writer.None(string.Create(CultureInfo.InvariantCulture, $"{value} is no number that JSON has."));
        else writer.Raw((value == T.Zero ? T.Zero : value).ToString("R", CultureInfo.InvariantCulture));
    }
}
