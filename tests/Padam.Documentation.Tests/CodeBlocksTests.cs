namespace Padam.Documentation.Tests;

/// <summary>Every block of C# in README and docs is a program, or goes on with one, that compiles; those marked to run run.</summary>
[TestClass]
public sealed class CodeBlocksTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Every_block_of_CSharp_compiles_and_those_that_are_marked_run()
    {
        TorchSharp.torch.set_num_threads(1);
        CodeBlock[][] pages =
        [
            .. Pages.All.Select(page => CodeBlock.Of(page).Where(IsCSharp).ToArray()).Where(blocks => blocks.Length > 0),
        ];
        List<string> faults = [];
        int run = 0;
        foreach (BlockProgram program in pages.SelectMany(BlockProgram.Of))
        {
            using var compiled = new MemoryStream();
            IReadOnlyList<string> errors = program.Compile(compiled);
            faults.AddRange(errors);
            if (errors.Count > 0 || !program.IsRun)
                continue;
            run++;
            if (FaultOfRunning(compiled.ToArray()) is { } fault)
                faults.Add($"{program.Place}: {fault}");
        }

        int blocks = pages.Sum(page => page.Length);
        TestContext.WriteLine($"{blocks} blocks of C# in {pages.Length} pages compiled, {run} programs of them run.");
        Assert.IsEmpty(faults, string.Join(Environment.NewLine, faults));
        Assert.IsGreaterThan(0, run);
    }

    private static bool IsCSharp(CodeBlock block) => block.Language is "csharp" or "cs" or "c#";

    private static string? FaultOfRunning(byte[] compiled)
    {
        using var folder = new TemporaryFolder();
        Given.WriteFiles(folder);
        (string before, TextWriter console) = (Environment.CurrentDirectory, Console.Out);
        using var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder.Path;
            Console.SetOut(output);
            BlockProgram.Run(compiled);
            return null;
        }
        catch (Exception fault)
        {
            return $"{fault}{Environment.NewLine}{output}";
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }
    }
}
