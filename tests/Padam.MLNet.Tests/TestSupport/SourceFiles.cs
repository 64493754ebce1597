using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Padam.MLNet.Tests;

/// <summary>In which source files the types of an assembly stand, from the portable PDB beside it.</summary>
internal static class SourceFiles
{
    // Of types without executable code, such as enums and interfaces: https://github.com/dotnet/runtime, PortablePdb-Metadata.md.
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>The files of each type, none for what only the compiler made.</summary>
    internal static ILookup<Type, string> Of(Assembly assembly)
    {
        using FileStream file = File.OpenRead(Path.ChangeExtension(assembly.Location, ".pdb"));
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(file);
        MetadataReader pdb = provider.GetMetadataReader();
        return ByCode(assembly, pdb).Concat(ByDeclaration(assembly, pdb)).Distinct().ToLookup(found => found.Type, found => found.File);
    }

    private static IEnumerable<(Type Type, string File)> ByCode(Assembly assembly, MetadataReader pdb)
    {
        foreach (MethodDebugInformationHandle handle in pdb.MethodDebugInformation)
        {
            Type? type = assembly.ManifestModule.ResolveMethod(MetadataTokens.GetToken(handle.ToDefinitionHandle()))!.DeclaringType;
            foreach (SequencePoint point in pdb.GetMethodDebugInformation(handle).GetSequencePoints())
                if (type is not null)
                    yield return (type, pdb.GetString(pdb.GetDocument(point.Document).Name));
        }
    }

    private static IEnumerable<(Type Type, string File)> ByDeclaration(Assembly assembly, MetadataReader pdb)
    {
        foreach (CustomDebugInformationHandle handle in pdb.CustomDebugInformation)
        {
            CustomDebugInformation information = pdb.GetCustomDebugInformation(handle);
            if (pdb.GetGuid(information.Kind) != TypeDocuments)
                continue;
            Type type = assembly.ManifestModule.ResolveType(MetadataTokens.GetToken(information.Parent));
            BlobReader blob = pdb.GetBlobReader(information.Value);
            while (blob.RemainingBytes > 0)
                yield return (type, pdb.GetString(pdb.GetDocument(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger())).Name));
        }
    }
}
