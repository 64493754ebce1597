using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>Prediction engines over the small model's images.</summary>
internal static class Engines
{
    internal static PredictionEngine<Image, TinyImages.Scored> Create(Bench bench, ITransformer model)
    {
        var input = SchemaDefinition.Create(typeof(Image));
        input[nameof(Image.Features)].ColumnType = bench.Test.Schema["Features"].Type;
        // The transformer is the bench's, and outlives its engines.
        return bench.MLContext.Model.CreatePredictionEngine<Image, TinyImages.Scored>(
            model,
            new PredictionEngineOptions
            {
                IgnoreMissingColumns = true,
                InputSchemaDefinition = input,
                OwnsTransformer = false,
            }
        );
    }

    internal static Image[] Images(Bench bench) =>
        [.. bench.MLContext.Data.CreateEnumerable<Image>(bench.Test, reuseRowObject: false, ignoreMissingColumns: true)];

    internal sealed class Image
    {
        public byte[] Features { get; set; } = [];
    }
}
