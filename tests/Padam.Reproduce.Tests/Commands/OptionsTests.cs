using System.CommandLine;
using Padam.Reproduce.Commands;

namespace Padam.Reproduce.Tests.Commands;

[TestClass]
public sealed class OptionsTests
{
    // Digits to char.IsDigit, and to no parser.
    private const string Arabic = "١٢";
    private static readonly string[] Absurd =
    [
        "",
        " ",
        "-",
        "nonsense",
        "-7",
        "1e400",
        "99999999999999999999",
        Arabic,
        "NaN",
        "0x10",
        "1/0",
    ];

    [TestMethod]
    public void No_option_of_any_command_speaks_of_the_programs_types()
    {
        int tried = 0;
        foreach ((string[] words, Command command) in Commands(CommandLine.Root(), []))
        foreach (Option option in command.Options)
        foreach (string value in Absurd)
        {
            string[] errors = [.. CommandLine.Root().Parse([.. words, option.Name, value]).Errors.Select(error => error.Message)];
            Assert.IsFalse(
                errors.Any(error => error.Contains("System.", StringComparison.Ordinal) || error.Contains('`', StringComparison.Ordinal)),
                $"{string.Join(' ', words)} {option.Name} '{value}': {string.Join(' ', errors)}"
            );
            tried++;
        }

        Assert.IsGreaterThan(400, tried);
    }

    [TestMethod]
    public void A_number_that_is_none_is_refused_by_its_option()
    {
        foreach (string option in new[] { "--epochs", "--batch-size", "--beta1", "--seed", "--train-limit", "--threads" })
        foreach (string value in new[] { "", "nonsense", "1e400", "99999999999999999999", "١٢", "NaN" })
        {
            string[] errors = [.. CommandLine.Root().Parse(["run", option, value]).Errors.Select(error => error.Message)];
            Assert.IsTrue(
                errors.Any(error => error.StartsWith($"{option} '{value}' is not", StringComparison.Ordinal)),
                $"{option} '{value}': {string.Join(' ', errors)}"
            );
        }
    }

    [TestMethod]
    public void An_empty_path_is_refused_by_its_option()
    {
        foreach ((string[] words, Command command) in Commands(CommandLine.Root(), []))
        foreach (string option in command.Options.Select(option => option.Name).Intersect(["--data", "--out", "--model", "--weights"]))
            Assert.IsTrue(
                CommandLine.Root().Parse([.. words, option, ""]).Errors.Any(error => error.Message == $"{option} is empty."),
                $"{string.Join(' ', words)} {option}"
            );
    }

    private static IEnumerable<(string[] Words, Command Command)> Commands(Command command, string[] words) =>
        command
            .Subcommands.SelectMany(inner => Commands(inner, [.. words, inner.Name]))
            .Concat(command.Subcommands.Count == 0 ? [(words, command)] : []);
}
