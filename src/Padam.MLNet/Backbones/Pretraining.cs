namespace Padam.MLNet.Backbones;

/// <summary>How the weights that there are for a network were trained, and are to be fed.</summary>
/// <param name="Size">The size of the images.</param>
/// <param name="Normalization">What was done to their pixels.</param>
/// <param name="Stages">The layers before the last one, by name, from stage to stage.</param>
/// <param name="Weights">Finds the file of the weights; null where any may be meant.</param>
internal sealed record Pretraining(
    ImageSize Size,
    Normalization Normalization,
    IReadOnlyList<IReadOnlyList<string>> Stages,
    Func<string>? Weights = null
);
