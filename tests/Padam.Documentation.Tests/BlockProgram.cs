using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Padam.Documentation.Tests;

/// <summary>A program in a page: a block, with those that continue it.</summary>
internal sealed class BlockProgram(IReadOnlyList<CodeBlock> blocks)
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Preview);

    // All that the tests themselves run with: the frameworks, the library and the packages.
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    internal bool IsRun => blocks.Any(block => block.IsMarked("run"));

    /// <summary>Where it stands.</summary>
    internal string Place => $"{blocks[0].Page}:{blocks[0].Line}";

    /// <summary>The programs of a page: each begins with a block that continues none.</summary>
    internal static IEnumerable<BlockProgram> Of(IEnumerable<CodeBlock> blocks)
    {
        List<CodeBlock> program = [];
        foreach (CodeBlock block in blocks)
        {
            if (!block.IsMarked("continues") && program.Count > 0)
            {
                yield return new([.. program]);
                program.Clear();
            }

            program.Add(block);
        }

        if (program.Count > 0)
            yield return new([.. program]);
    }

    /// <summary>Compiles it into a stream.</summary>
    /// <returns>The errors, each with file and line.</returns>
    internal IReadOnlyList<string> Compile(Stream target)
    {
        string code = Code();
        SyntaxTree program = CSharpSyntaxTree.ParseText(code, Language, path: blocks[0].Page);
        bool runs = program.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        var compilation = CSharpCompilation.Create(
            $"block-{blocks[0].Page.Replace('/', '-')}-{blocks[0].Line}",
            [CSharpSyntaxTree.ParseText(Given.Usings, Language), program],
            References,
            new(
                runs ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                optimizationLevel: OptimizationLevel.Release
            )
        );
        return
        [
            .. compilation
                .Emit(target)
                .Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)
                .Select(found => $"{At(found.Location.GetMappedLineSpan())}: {found.Id}: {found.GetMessage()}"),
        ];
    }

    /// <summary>Runs what was compiled, in the current folder.</summary>
    internal static void Run(byte[] compiled)
    {
        MethodInfo entry = Assembly.Load(compiled).EntryPoint!;
        object?[] arguments = entry.GetParameters().Length == 0 ? [] : [Array.Empty<string>()];
        entry.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }

    private static string At(FileLinePositionSpan span) => $"{span.Path}:{span.StartLinePosition.Line + 1}";

    // C# wants using directives first and types last, wherever the blocks have them.
    private string Code()
    {
        List<string> usings = [],
            statements = [],
            types = [];
        foreach (CodeBlock block in blocks)
        {
            if (block.Given.Any())
                statements.Add($"#line 1 \"given\"\n{Given.Code(block.Given)}");
            SyntaxTree tree = CSharpSyntaxTree.ParseText(block.Text, Language);
            CompilationUnitSyntax unit = tree.GetCompilationUnitRoot();
            usings.AddRange(unit.Usings.Select(node => AtItsLine(block, tree, node)));
            foreach (MemberDeclarationSyntax member in unit.Members)
                (member is GlobalStatementSyntax ? statements : types).Add(AtItsLine(block, tree, member));
        }

        return string.Join('\n', usings.Concat(statements).Concat(types));
    }

    private static string AtItsLine(CodeBlock block, SyntaxTree tree, SyntaxNode node) =>
        $"#line {block.Line + tree.GetLineSpan(node.FullSpan).StartLinePosition.Line} \"{block.Page}\"\n{node.ToFullString()}";
}
