using System.Globalization;

namespace Holdfast.Hosting;

/// <summary>Numbers of JSON by what they are worth, however long: 1.50 is 15E-1.</summary>
static class ExactNumber
{
    public static bool AreEqual(string one, string other) => one == other || Normal(one) == Normal(other);

    /// <summary>Equal for equal numbers; 0 for 0.</summary>
    public static int Likeness(string text) => Normal(text) is var normal && normal.Digits.Length == 0 ? 0 : normal.GetHashCode();

    static (bool IsNegative, string Digits, long Exponent) Normal(string text)
    {
        var isNegative = text[0] == '-';
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = e < 0 ? 0 : long.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = text[(isNegative ? 1 : 0)..(e < 0 ? text.Length : e)];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
        {
            exponent -= mantissa.Length - dot - 1;
            mantissa = mantissa.Remove(dot, 1);
        }
        var digits = mantissa.TrimStart('0');
        var kept = digits.TrimEnd('0');
        // There is one nothing, whatever its sign.
        return kept.Length == 0 ? (false, "", 0) : (isNegative, kept, exponent + digits.Length - kept.Length);
    }
}
