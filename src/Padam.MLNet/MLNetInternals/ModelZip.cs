using Microsoft.ML;

namespace Padam.MLNet.MLNetInternals;

/// <summary>A component's part of an ML.NET model zip: ML.NET's own header, and entries of bytes beside it.</summary>
internal sealed class ModelZip
{
    /// <summary>By which ML.NET finds the loader of each kind of model.</summary>
    internal const string ClassifierLoader = "PadamImageClassifier",
        FeaturizerLoader = "PadamImageFeaturizer";

    internal static readonly ModelZip Classifier = new("PADAMIMG", ClassifierLoader),
        Featurizer = new("PADAMFEA", FeaturizerLoader);

    private readonly VersionInfo _version;

    private ModelZip(string signature, string loader)
    {
        Loader = loader;
        _version = new(
            modelSignature: signature,
            verWrittenCur: 0x00010001,
            verReadableCur: 0x00010001,
            verWeCanReadBack: 0x00010001,
            loaderSignature: loader,
            loaderAssemblyName: typeof(ModelZip).Assembly.FullName
        );
    }

    internal string Loader { get; }

    internal void WriteHeader(ModelSaveContext context)
    {
        context.CheckAtModel();
        context.SetVersionInfo(_version);
    }

    internal void CheckHeader(ModelLoadContext context) => context.CheckVersionInfo(_version);

    internal static void Write(ModelSaveContext context, string entry, Action<Stream> write) =>
        context.SaveBinaryStream(entry, writer => write(writer.BaseStream));

    /// <exception cref="InvalidDataException">There is no such entry.</exception>
    internal static T Read<T>(ModelLoadContext context, string entry, Func<Stream, T> read)
    {
        T? result = default;
        bool found = context.TryLoadBinaryStream(entry, reader => result = read(reader.BaseStream));
        return found ? result! : throw new InvalidDataException($"The model has no entry '{entry}'; the zip is damaged.");
    }
}
