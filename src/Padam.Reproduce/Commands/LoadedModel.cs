using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary>Opens model zips, verified first, since ML.NET trusts what it loads; and calls what they tell apart by name.</summary>
internal static class LoadedModel
{
    public static ImageClassificationTransformer Open(MLContext mlContext, string path)
    {
        if (!File.Exists(path) && File.Exists(Path.ChangeExtension(path, ".json")))
        {
            throw new CommandException(
                $"'{path}' is not there: of the run in '{Path.ChangeExtension(path, ".json")}' the summary and the log were kept, and its "
                    + "model was not. Train it again in another --out."
            );
        }

        ModelFile.Verify(path);
        return ImageClassificationTransformer.Find(mlContext.Model.Load(path, out _));
    }

    /// <summary>What a class is called, by its place among the scores; a model that was trained on numbers has no names.</summary>
    public static string ClassName(this ImageClassificationTransformer model, int index) => model.ClassNames?[index] ?? $"class {index}";
}
