using Microsoft.VisualStudio.TestTools.UnitTesting;

[TestClass]
public sealed class PaydayTests
{
    [TestMethod]
    public Task The_right_one_stands() => Payday.TheRightOneStands();

    [TestMethod]
    public Task The_wrong_one_stands_too() => Payday.TheWrongOneStandsToo();
}
