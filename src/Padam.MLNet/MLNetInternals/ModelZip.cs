using Microsoft.ML;

namespace Padam.MLNet.MLNetInternals;

/// <summary>A component's part of an ML.NET model zip: ML.NET's own header, and entries of bytes beside it.</summary>
internal static class ModelZip
{
    internal const string LoaderSignature = "PadamImageClassifier";

    private static VersionInfo Version { get; } =
        new(
            modelSignature: "PADAMIMG",
            verWrittenCur: 0x00010001,
            verReadableCur: 0x00010001,
            verWeCanReadBack: 0x00010001,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(ModelZip).Assembly.FullName
        );

    internal static void WriteHeader(ModelSaveContext context)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version);
    }

    internal static void Write(ModelSaveContext context, string entry, Action<Stream> write) =>
        context.SaveBinaryStream(entry, writer => write(writer.BaseStream));

    internal static void CheckHeader(ModelLoadContext context) => context.CheckVersionInfo(Version);

    /// <exception cref="InvalidDataException">There is no such entry.</exception>
    internal static T Read<T>(ModelLoadContext context, string entry, Func<Stream, T> read)
    {
        T? result = default;
        bool found = context.TryLoadBinaryStream(entry, reader => result = read(reader.BaseStream));
        return found ? result! : throw new InvalidDataException($"The model has no entry '{entry}'; the zip is damaged.");
    }
}
