// ML.NET keeps the types of its model format internal, so a trainer from outside cannot save itself into a model zip.
// The runtime honours this attribute (by name, whoever defines it); the build compiles against a publicised copy of the
// two assemblies (build/Publicize.targets). Outside this folder only the transformers name an internal
// type: ModelSaveContext and ModelLoadContext, which ML.NET hands to them.
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: System.Runtime.CompilerServices.IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace System.Runtime.CompilerServices;

[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
