// ML.NET keeps the types of its model format internal, so a trainer from outside cannot save itself into a model zip.
// The runtime honours this attribute (by name, whoever defines it); the build compiles against a publicised copy of the
// one assembly (build/Publicize.targets). Nothing outside this folder uses an internal of ML.NET, but for one field
// (Data/MLImagePixels.cs).
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Core")]

namespace System.Runtime.CompilerServices;

[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
