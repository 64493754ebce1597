#:property PublishAot=false
// Writes the documentation of an assembly without what its users cannot see: members that are neither public nor protected.
//   dotnet run --file build/public-docs.cs -- INPUT.dll INPUT.xml OUTPUT.xml
// The compiler documents internal members too. Which name in the XML is whose: "Processing the XML file" of the C# reference.
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

using var pe = new PEReader(File.OpenRead(args[0]));
MetadataReader reader = pe.GetMetadataReader();
HashSet<string> visible = [.. reader.TypeDefinitions.Where(IsVisible).SelectMany(NamesOf)];
XDocument documentation = XDocument.Load(args[1], LoadOptions.PreserveWhitespace);
foreach (XElement member in documentation.Descendants("member").ToArray())
{
    if (visible.Contains(member.Attribute("name")!.Value))
        continue;
    if (member.NextNode is XText space)
        space.Remove();
    member.Remove();
}

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[2]))!);
string unfinished = $"{args[2]}.{Guid.NewGuid():N}";
documentation.Save(unfinished, SaveOptions.DisableFormatting);
File.Move(unfinished, args[2], overwrite: true);

bool IsVisible(TypeDefinitionHandle handle)
{
    TypeDefinition type = reader.GetTypeDefinition(handle);
    return (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsVisible(type.GetDeclaringType()),
        _ => false,
    };
}

IEnumerable<string> NamesOf(TypeDefinitionHandle handle)
{
    TypeDefinition type = reader.GetTypeDefinition(handle);
    var names = new DocumentationNames(reader);
    string owner = names.GetTypeFromDefinition(reader, handle, 0);
    IEnumerable<MethodDefinitionHandle> methods = type.GetMethods().Where(IsSeen);
    return
    [
        $"T:{owner}",
        .. type.GetFields()
            .Select(reader.GetFieldDefinition)
            .Where(field => Seen((int)field.Attributes))
            .Select(field => $"F:{owner}.{Text(field.Name)}"),
        .. methods.Select(method => $"M:{owner}.{names.OfMethod(method)}"),
        .. type.GetProperties()
            .Select(reader.GetPropertyDefinition)
            .Where(property => methods.Contains(property.GetAccessors().Getter) || methods.Contains(property.GetAccessors().Setter))
            .Select(property => $"P:{owner}.{names.OfProperty(property)}"),
        .. type.GetEvents()
            .Select(reader.GetEventDefinition)
            .Where(entry => methods.Contains(entry.GetAccessors().Adder))
            .Select(entry => $"E:{owner}.{Text(entry.Name)}"),
    ];
}

bool IsSeen(MethodDefinitionHandle method) => Seen((int)reader.GetMethodDefinition(method).Attributes);

// Fields and methods have the same numbers: family 4, family or assembly 5, public 6.
bool Seen(int attributes) => (attributes & (int)MethodAttributes.MemberAccessMask) >= (int)MethodAttributes.Family;

string Text(StringHandle name) => reader.GetString(name);

/// <summary>Writes types and signatures as the compiler's XML names them.</summary>
sealed class DocumentationNames(MetadataReader reader) : ISignatureTypeProvider<string, object?>
{
    public string OfMethod(MethodDefinitionHandle handle)
    {
        MethodDefinition method = reader.GetMethodDefinition(handle);
        MethodSignature<string> signature = method.DecodeSignature(this, null);
        string name = reader.GetString(method.Name).Replace('.', '#'),
            generic = signature.GenericParameterCount > 0 ? $"``{signature.GenericParameterCount}" : "";
        return name + generic + Parameters(signature) + (name is "op_Implicit" or "op_Explicit" ? "~" + signature.ReturnType : "");
    }

    public string OfProperty(PropertyDefinition property) =>
        reader.GetString(property.Name) + Parameters(property.DecodeSignature(this, null));

    private static string Parameters(MethodSignature<string> signature) =>
        signature.ParameterTypes.IsEmpty ? "" : $"({string.Join(',', signature.ParameterTypes)})";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte kind)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        return type.IsNested
            ? $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), kind)}.{name}"
            : Qualified(reader, type.Namespace, name);
    }

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte kind)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, kind)}.{name}"
            : Qualified(reader, type.Namespace, name);
    }

    private static string Qualified(MetadataReader reader, StringHandle space, string name) =>
        space.IsNil ? name : $"{reader.GetString(space)}.{name}";

    // The arguments of Outer`1.Inner`2 stand behind the name that takes them.
    public string GetGenericInstantiation(string generic, ImmutableArray<string> arguments)
    {
        int taken = 0;
        IEnumerable<string> parts = generic
            .Split('.')
            .Select(part =>
            {
                if (part.Split('`') is not [var name, var count])
                    return part;
                IEnumerable<string> own = arguments.Skip(taken).Take(int.Parse(count));
                taken += int.Parse(count);
                return $"{name}{{{string.Join(',', own)}}}";
            });
        return string.Join('.', parts.ToArray());
    }

    public string GetPrimitiveType(PrimitiveTypeCode code) => $"System.{code}";

    public string GetSZArrayType(string element) => element + "[]";

    public string GetArrayType(string element, ArrayShape shape) => $"{element}[{string.Join(',', Enumerable.Repeat("0:", shape.Rank))}]";

    public string GetByReferenceType(string element) => element + "@";

    public string GetPointerType(string element) => element + "*";

    public string GetGenericMethodParameter(object? context, int index) => $"``{index}";

    public string GetGenericTypeParameter(object? context, int index) => $"`{index}";

    public string GetModifiedType(string modifier, string unmodified, bool isRequired) => unmodified;

    public string GetPinnedType(string element) => element;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "";

    public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte kind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);
}
