using Microsoft.ML;
using Padam.MLNet;

namespace Padam.Reproduce.Commands;

/// <summary>Opens model zips, verified first, since ML.NET trusts what it loads; and calls what they tell apart by name.</summary>
internal static class LoadedModel
{
    public static ImageClassificationTransformer Open(MLContext mlContext, string path)
    {
        ModelFile.Verify(path);
        return ImageClassificationTransformer.Find(mlContext.Model.Load(path, out _));
    }

    /// <summary>What a class is called, by its place among the scores; a model that was trained on numbers has no names.</summary>
    public static string ClassName(this ImageClassificationTransformer model, int index) => model.ClassNames?[index] ?? $"class {index}";
}
