using Microsoft.ML;
using Padam.MLNet;

namespace Padam.Reproduce.Commands;

/// <summary>Opens model zips: verified first, since ML.NET trusts what it loads.</summary>
internal static class LoadedModel
{
    public static ImageClassificationTransformer Open(MLContext mlContext, string path)
    {
        ModelFile.Verify(path);
        return ImageClassificationTransformer.Find(mlContext.Model.Load(path, out _));
    }
}
