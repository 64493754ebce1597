using System.Reflection;
using System.Runtime.CompilerServices;

namespace Padam.MLNet.Tests;

/// <summary>The rooms of an assembly: a type stands in the folder of its source file, whatever its namespace.</summary>
internal static class Rooms
{
    /// <summary>The project's own folder.</summary>
    internal const string Root = "(root)";

    /// <summary>A file of another project, compiled here too.</summary>
    internal const string Shared = "(shared)";

    /// <summary>The first folder below the project's of each type's files; what is nested in a type stands with it.</summary>
    internal static Dictionary<Type, string> Of(Assembly assembly, string project)
    {
        ILookup<Type, string> files = SourceFiles.Of(assembly);
        return assembly
            .GetTypes()
            .Where(type => !IsMadeByTheCompiler(type) && !IsMadeByAGenerator(Outermost(type)))
            .ToDictionary(type => type, type => string.Join(" and ", Files(type).Select(file => RoomOf(file, project)).Distinct()));

        // A generator adds files to the type that asks for it, and types of its own inside it.
        IEnumerable<string> Files(Type type) =>
            files[type].Where(file => !IsGenerated(file)) is var written && (written.Any() || type.DeclaringType is null)
                ? written
                : Files(type.DeclaringType!);

        bool IsMadeByAGenerator(Type type) => files[type].Any() && files[type].All(IsGenerated);

        static bool IsGenerated(string file) => file.EndsWith(".g.cs", StringComparison.Ordinal);
    }

    /// <summary>Which type knows which of another room.</summary>
    internal static (Type From, Type To)[] Arrows(IReadOnlyDictionary<Type, string> room) =>
        [
            .. room
                .Keys.SelectMany(from => CompiledCode.TypesUsedBy(from).Where(room.ContainsKey).Select(to => (From: from, To: to)))
                .Where(arrow => room[arrow.From] != room[arrow.To]),
        ];

    private static string RoomOf(string file, string project)
    {
        string[] folders = file.Replace('\\', '/').Split('/');
        int at = Array.LastIndexOf(folders, project);
        return at < 0 ? Shared
            : at == folders.Length - 2 ? Root
            : folders[at + 1];
    }

    // Attributes for nullability, data of array initialisers, generated matchers of regular expressions.
    private static bool IsMadeByTheCompiler(Type type) =>
        Outermost(type) is var outer
        && (
            outer.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || outer.Name.StartsWith('<')
            || outer.Namespace is "Microsoft.CodeAnalysis" or "System.Text.RegularExpressions.Generated"
        );

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
