using System.Globalization;
using System.Text;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Tests;

public sealed class NumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("12.50", "12.50")]
    [InlineData("-0.001", "-0.001")]
    [InlineData("1e2", "100")]
    [InlineData("1.5E+3", "1500")]
    [InlineData("25e-1", "2.5")]
    [InlineData("123456789012345678", "123456789012345678")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("-79228162514264337593543950335", "-79228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("1.00000000000000000000000000000000000000000000000", "1")]
    [InlineData("10000000000000000000000000000000000e-34", "1")]
    [InlineData("0e999999999", "0")]
    public void What_a_decimal_can_hold_is_read_exactly(string text, string value)
    {
        Assert.True(JsonNumber.TryExact(Encoding.UTF8.GetBytes(text), out var read));
        Assert.Equal(decimal.Parse(value, CultureInfo.InvariantCulture), read);
    }

    [Theory]
    [InlineData("79228162514264337593543950336")]
    [InlineData("1e29")]
    [InlineData("8e28")]
    [InlineData("1e-29")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("1.00000000000000000000000000000000000000000000001")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1e-99999999999999999999")]
    public void What_would_have_to_be_rounded_is_not(string text) => Assert.False(JsonNumber.TryExact(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Random_decimals_come_back()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var value = new decimal(random.Next(), random.Next(), random.Next(3) == 0 ? random.Next() : 0, random.Next(2) == 0, (byte)random.Next(29));
            Assert.True(JsonNumber.TryExact(Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture)), out var read));
            Assert.Equal(value, read);
        }
    }
}
