#:property PublishAot=false
// Writes a copy of an assembly whose internal types, methods and fields are public, to compile against (never to run with).
//   dotnet run --file build/publicize.cs -- INPUT.dll OUTPUT.dll
// Why: ML.NET's model format (ModelSaveContext, ModelLoadContext, LoadableClassAttribute) is internal to Microsoft.ML.Core. See
// src/Padam.MLNet/MLNetInternals.
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

const int TypeMask = 0x7,
    NotPublic = 0,
    Public = 1,
    NestedPublic = 2,
    NestedAssembly = 5;
const int MemberMask = 0x7,
    MemberAssembly = 3,
    MemberPublic = 6;

byte[] image = File.ReadAllBytes(args[0]);
using var pe = new PEReader([.. image]);
MetadataReader reader = pe.GetMetadataReader();
int metadata = pe.PEHeaders.MetadataStartOffset;

Rewrite(
    TableIndex.TypeDef,
    flagsOffset: 0,
    flags =>
        (flags & TypeMask) switch
        {
            NotPublic => flags & ~TypeMask | Public,
            NestedAssembly => flags & ~TypeMask | NestedPublic,
            _ => flags,
        }
);
Rewrite(TableIndex.MethodDef, flagsOffset: 6, Member);
Rewrite(TableIndex.Field, flagsOffset: 0, Member);

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
string unfinished = $"{args[1]}.{Guid.NewGuid():N}";
File.WriteAllBytes(unfinished, image);
File.Move(unfinished, args[1], overwrite: true);

static int Member(int flags) => (flags & MemberMask) == MemberAssembly ? flags & ~MemberMask | MemberPublic : flags;

void Rewrite(TableIndex table, int flagsOffset, Func<int, int> visibility)
{
    int start = metadata + reader.GetTableMetadataOffset(table) + flagsOffset,
        size = reader.GetTableRowSize(table);
    for (int row = 0; row < reader.GetTableRowCount(table); row++)
    {
        // Visibility sits in the low byte of every flags field.
        int at = start + row * size;
        image[at] = (byte)visibility(image[at]);
    }
}
