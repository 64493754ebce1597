using Padam.Reproduce.Commands;

namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class ClassWeightsFileTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void None_balanced_and_the_lines_of_a_file_are_taken()
    {
        Assert.IsNull(ClassWeightsFile.Parse("none", Assert.Fail));
        Assert.AreEqual("balanced", ClassWeightsFile.Parse("balanced", Assert.Fail));
        Assert.AreEqual("1 0.25 3", ClassWeightsFile.Parse(Written("1\r\n\n 1/4 \n3"), Assert.Fail));
    }

    [TestMethod]
    [DataRow("", "' is empty: it must have a weight a line, class by class.")]
    [DataRow("\n \n", "' is empty: it must have a weight a line, class by class.")]
    [DataRow("1\n\nmany\nmore", "', line 3: 'many' is not a number.")]
    [DataRow("-1\n2", "': the weight of class 1 is -1; it must be a number of at least 0.")]
    [DataRow("0\n0", "': all weights are 0; nothing would be learned.")]
    public void Of_what_is_wrong_with_a_file_the_first_is_said(string text, string said)
    {
        string file = Written(text);
        Assert.AreEqual($"--class-weights '{file}{said}", Errors(file).Single());
    }

    [TestMethod]
    public void A_long_line_is_not_repeated_in_full() =>
        StringAssert.EndsWith(Errors(Written(new string('x', 5000))).Single(), $"line 1: '{new string('x', 40)}...' is not a number.");

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("/proc/self/mem", "cannot be read: ")]
    [DataRow("/dev/zero", "is longer than any list of weights.")]
    public void What_cannot_be_read_as_a_file_is_refused_by_its_name(string file, string said) =>
        StringAssert.StartsWith(Errors(file).Single(), $"--class-weights '{file}' {said}");

    private string Written(string text)
    {
        File.WriteAllText(_folder["weights.txt"], text);
        return _folder["weights.txt"];
    }

    // As the command line finds them.
    private static string[] Errors(string file) =>
        [
            .. CommandLine
                .Root()
                .Parse(["run", "--class-weights", file])
                .Errors.Select(error => error.Message)
                .Where(error => error.StartsWith("--class-weights", StringComparison.Ordinal)),
        ];
}
