using System.Buffers.Text;
using System.Globalization;

namespace Holdfast.Agents.Json;

/// <summary>The values of JSON numbers, never rounded in silence.</summary>
static class JsonNumber
{
    /// <summary>Plain digits of a number that fits easily: the usual case, decided without arithmetic that could overflow.</summary>
    public static bool TryPlain(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var isNegative = text[0] == '-';
        if (text.Length > 18) return false;
        for (var i = isNegative ? 1 : 0; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit > 9) return false;
            value = (value * 10) + digit;
        }
        if (isNegative) value = -value;
        return true;
    }

    /// <summary>The number as a decimal, if that can hold it exactly.</summary>
    public static bool TryExact(ReadOnlySpan<byte> text, out decimal value)
    {
        var isNegative = text[0] == '-';
        long digits = 0;
        var scale = -1;
        value = 0;
        if (text.Length > 18) return TryLong(text, out value);
        for (var i = isNegative ? 1 : 0; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
                if (scale >= 0) scale++;
            }
            else if (text[i] == '.') scale = 0;
            else return TryLong(text, out value);
        }
        value = new((int)digits, (int)(digits >> 32), 0, isNegative && digits != 0, (byte)Math.Max(scale, 0));
        return true;
    }

    /// <summary>The nearest double; false where there is none that is finite.</summary>
    public static bool TryDouble(ReadOnlySpan<byte> text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Long digits and exponents: the digits that count, and the power of ten behind them.</summary>
    static bool TryLong(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        var isNegative = text[0] == '-';
        Span<byte> digits = stackalloc byte[30];
        var (count, power, isFraction, i) = (0, 0L, false, isNegative ? 1 : 0);
        for (; i < text.Length && text[i] is not ((byte)'e' or (byte)'E'); i++)
        {
            if (text[i] == '.')
            {
                isFraction = true;
                continue;
            }
            if (isFraction) power--;
            if (count == 0 && text[i] == '0') continue;
            // Zeroes may still turn out to be the end of the digits, and then they only shift the point.
            if (count == digits.Length)
            {
                if (text[i] != '0') return false;
                power++;
                continue;
            }
            digits[count++] = text[i];
        }
        if (count == 0) return true;
        if (i < text.Length)
        {
            var exponent = text[(i + 1)..];
            if (exponent[0] == '+') exponent = exponent[1..];
            if (!Utf8Parser.TryParse(exponent, out int shift, out var used) || used != exponent.Length) return false;
            power += shift;
        }
        for (; digits[count - 1] == '0'; count--) power++;
        return TryScale(digits[..count], power, isNegative, out value);
    }

    static bool TryScale(ReadOnlySpan<byte> digits, long power, bool isNegative, out decimal value)
    {
        value = 0;
        if (power is > 28 or < -28 || !decimal.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole)) return false;
        var shift = 1m;
        for (var i = 0; i < Math.Abs(power); i++) shift *= 10m;
        if (power > 0 && whole > decimal.MaxValue / shift) return false;
        if (power < 0)
        {
            Span<int> bits = stackalloc int[4];
            decimal.GetBits(whole, bits);
            whole = new(bits[0], bits[1], bits[2], false, (byte)-power);
        }
        else whole *= shift;
        value = isNegative ? -whole : whole;
        return true;
    }
}
