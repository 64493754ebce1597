using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class MilestonesTests
{
    [TestMethod]
    [DataRow("none", "")]
    [DataRow("1", "1")]
    [DataRow("50,75", "50 75")]
    public void Milestones_are_read(string text, string milestones)
    {
        Assert.AreEqual(milestones, string.Join(' ', Milestones.Parse(text)));
        Assert.AreEqual(text, Milestones.Text(Milestones.Parse(text)), "and written the same");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("0")]
    [DataRow("-1")]
    [DataRow("5,5")]
    [DataRow("5,3")]
    [DataRow("5,")]
    [DataRow("1.5")]
    [DataRow("none,5")]
    public void What_is_no_list_of_milestones_is_refused(string text) =>
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Milestones.Parse(text)).Message, $"--milestones '{text}'");
}
