using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class ProgramVersionTests
{
    [TestMethod]
    [DataRow("1.0.0+0b57d0f", "1.0.0", "0b57d0f")]
    [DataRow("1.0.0-preview.0.7+0b57d0f+dirty", "1.0.0-preview.0.7", "0b57d0f+dirty")]
    [DataRow("1.0.0", "1.0.0", "unknown")]
    [DataRow("1.0.0+", "1.0.0", "unknown")]
    public void The_commit_stands_behind_the_number_where_git_was_there(string informational, string number, string commit) =>
        Assert.AreEqual(new ProgramVersion(number, commit), ProgramVersion.Of(informational));
}
