namespace Padam.MLNet.Data;

/// <summary>The name of a type as it is written in C#: VBuffer&lt;Single&gt;, and not VBuffer`1.</summary>
internal static class TypeName
{
    internal static string Of(Type type) =>
        type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>"
            : type.Name;
}
