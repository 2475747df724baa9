using NUnit.Framework;

public sealed class PaydayTests
{
    [Test]
    public Task The_right_one_stands() => Payday.TheRightOneStands();

    [Test]
    public Task The_wrong_one_stands_too() => Payday.TheWrongOneStandsToo();
}
