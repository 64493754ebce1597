using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Padam.MLNet.Tests;

/// <summary>
/// Members by kind, name and number of parameters, such as "M:Padam.MLNet.ModelFile.Verify 1": of an XML file of documentation, and of an
/// assembly as those who use it see it.
/// </summary>
internal static partial class DocumentedMembers
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>How many of each a file documents.</summary>
    public static Dictionary<string, int> In(XDocument documentation) =>
        documentation.Descendants("member").Select(member => Key(member.Attribute("name")!.Value)).CountBy(key => key).ToDictionary();

    /// <summary>How many of each an assembly has that are public or protected.</summary>
    public static Dictionary<string, int> SeenFrom(Assembly assembly) =>
        assembly.GetExportedTypes().SelectMany(Keys).CountBy(key => key).ToDictionary();

    // M:Space.Type`1.Name``2(System.Func{System.Int32,System.Int32},System.String)~Result
    private static string Key(string name)
    {
        Match parts = Name().Match(name);
        string parameters = Nested().Replace(parts.Groups["parameters"].Value, "");
        return $"{parts.Groups["name"].Value} {(parameters.Length == 0 ? 0 : parameters.Split(',').Length)}";
    }

    private static IEnumerable<string> Keys(Type type)
    {
        string owner = type.FullName!.Replace('+', '.');
        string Named(char kind, MemberInfo member, int parameters) => $"{kind}:{owner}.{member.Name.Replace('.', '#')} {parameters}";
        return
        [
            $"T:{owner} 0",
            .. type.GetFields(Declared)
                .Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
                .Select(field => Named('F', field, 0)),
            .. type.GetConstructors(Declared)
                .Concat<MethodBase>(type.GetMethods(Declared))
                .Where(IsSeen)
                .Select(method => Named('M', method, method.GetParameters().Length)),
            .. type.GetProperties(Declared)
                .Where(property => property.GetAccessors(nonPublic: true).Any(IsSeen))
                .Select(property => Named('P', property, property.GetIndexParameters().Length)),
            .. type.GetEvents(Declared).Where(entry => IsSeen(entry.AddMethod!)).Select(entry => Named('E', entry, 0)),
        ];
    }

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    [GeneratedRegex(@"^(?<name>[^(~]*?)(``\d+)?(\((?<parameters>.*)\))?(~.*)?$")]
    private static partial Regex Name();

    // Whatever has commas of its own: arguments of generic types, outermost first, and ranks of arrays.
    [GeneratedRegex(@"\{(?>[^{}]+|(?<open>\{)|(?<-open>\}))*(?(open)(?!))\}|\[[^\]]*\]")]
    private static partial Regex Nested();
}
