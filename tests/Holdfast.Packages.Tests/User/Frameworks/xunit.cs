using Xunit;

public sealed class PaydayTests
{
    [Fact]
    public Task The_right_one_stands() => Payday.TheRightOneStands();

    [Fact]
    public Task The_wrong_one_stands_too() => Payday.TheWrongOneStandsToo();
}
