#:property PublishAot=false
// Prints the branch coverage of each room, a folder of src, from ReportGenerator's merged Cobertura file.
//   dotnet run --file build/coverage-by-room.cs -- COBERTURA.xml docs/testing.md [UNCOVERED.txt]
// Branches that cannot run here are the rows "| `src/...cs:LINE` | BRANCHES | REASON |" of the page, where they did not. The file
// UNCOVERED gets a line for each line with a branch that did not run. Exit code 0 where 85 % of the branches that can run did in each
// room, and no more than 3 % of a room's cannot; else 1.
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

const double Wanted = 85,
    Excused = 3;
Dictionary<(string File, int Line), (int Covered, int Total)> branches = [];
foreach (XElement type in XDocument.Load(args[0]).Descendants("class"))
{
    if (FromSource(type.Attribute("filename")!.Value) is not { } file)
        continue;
    foreach (XElement line in type.Element("lines")!.Elements("line").Where(line => line.Attribute("condition-coverage") is not null))
    {
        (string, int) key = (file, Number(line.Attribute("number")!.Value));
        Match counts = Regex.Match(line.Attribute("condition-coverage")!.Value, @"\((\d+)/(\d+)\)");
        (int covered, int total) = (Number(counts.Groups[1].Value), Number(counts.Groups[2].Value));
        // A file that is compiled into both assemblies has run where it ran in one.
        (int before, int all) = branches.GetValueOrDefault(key);
        branches[key] = (Math.Max(covered, before), Math.Max(total, all));
    }
}

Dictionary<(string File, int Line), int> cannot = [];
foreach (string row in File.ReadLines(args[1]))
    if (Regex.Match(row, @"^\| `(src/[^`]+\.cs):(\d+)` \| (\d+) \| ") is { Success: true } match)
        cannot[(match.Groups[1].Value, Number(match.Groups[2].Value))] = Number(match.Groups[3].Value);
bool fails = false;
foreach (var ((file, line), count) in cannot.OrderBy(entry => entry.Key))
{
    (int covered, int total) = branches.GetValueOrDefault((file, line));
    if (total - covered >= count)
        continue;
    Console.WriteLine($"{file}:{line}: {args[1]} says that {count} branches cannot run; here {total - covered} of {total} did not.");
    // A processor with wider registers runs more than the page's; a line that has moved says so by having no branch at all.
    cannot[(file, line)] = total - covered;
    fails |= total == 0;
}

Console.WriteLine("| room | branches | that ran | that cannot run here | % of those that can |");
Console.WriteLine("| --- | --- | --- | --- | --- |");
foreach (var room in branches.GroupBy(entry => Room(entry.Key.File)).OrderBy(room => room.Key, StringComparer.Ordinal))
{
    int total = room.Sum(entry => entry.Value.Total),
        covered = room.Sum(entry => entry.Value.Covered),
        excused = room.Sum(entry => cannot.GetValueOrDefault(entry.Key));
    double share = total == excused ? 100 : 100.0 * covered / (total - excused);
    bool low = share < Wanted || 100.0 * excused / total > Excused;
    fails |= low;
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {room.Key} | {total} | {covered} | {excused} | {(low ? "**" : "")}{share:0.0}{(low ? "**" : "")} |"
        )
    );
}

if (args.Length > 2)
    File.WriteAllLines(
        args[2],
        branches
            .Where(entry => entry.Value.Covered < entry.Value.Total)
            .OrderBy(entry => entry.Key)
            .Select(entry => $"{entry.Key.File}:{entry.Key.Line} {entry.Value.Total - entry.Value.Covered} of {entry.Value.Total}")
    );
return fails ? 1 : 0;

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

// The path from the repository's root; null for what the compiler and its generators wrote.
static string? FromSource(string path) =>
    Regex.Match(path.Replace('\\', '/'), @"(?:^|/)(src/Padam\.(?:MLNet|Reproduce)/(?!obj/).+\.cs)$") is { Success: true } match
        ? match.Groups[1].Value
        : null;

static string Room(string file)
{
    string[] parts = file.Split('/');
    string room = parts.Length > 3 ? parts[2] : "(root)";
    return parts[1] == "Padam.MLNet" ? room : $"console: {room}";
}
