// Makes a program of a notebook's C# cells: dotnet run --file cells.cs -- NOTEBOOK.ipynb PROGRAM.cs
#:property PublishAot=false
using System.Text;
using System.Text.Json;

string[] cells =
[
    .. JsonDocument
        .Parse(File.ReadAllText(args[0]))
        .RootElement.GetProperty("cells")
        .EnumerateArray()
        .Where(cell => cell.GetProperty("cell_type").GetString() == "code")
        .Select(cell => string.Concat(cell.GetProperty("source").EnumerateArray().Select(line => line.GetString()))),
];

// In a program usings come first and types last. The packages of #r are the project's.
string[] lines = [.. cells.Where(cell => !DeclaresType(cell)).SelectMany(cell => cell.Split('\n'))];
var program = new StringBuilder("// Made of the cells of a notebook by cells.cs.\nusing static Polyglot;\n");
foreach (string line in lines.Where(IsUsing))
    program.Append(line).Append('\n');
foreach (string line in lines.Where(line => !IsUsing(line) && !line.StartsWith("#r ", StringComparison.Ordinal)))
    program.Append(line).Append('\n');
foreach (string cell in cells.Where(DeclaresType))
    program.Append('\n').Append(cell).Append('\n');
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
File.WriteAllText(args[1], program.ToString());

static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=');

static bool DeclaresType(string cell) => cell.StartsWith("public class ", StringComparison.Ordinal);
