using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>
/// What is done in a process of its own, because it may die or has limits. An expected fault is printed with its type, and ends it with 1.
/// </summary>
internal static class Child
{
    internal static int Run(string part, string[] arguments)
    {
        try
        {
            switch (part)
            {
                case "train":
                    Train(arguments[0], arguments[1], int.Parse(arguments.ElementAtOrDefault(2) ?? "12"));
                    break;
                case "train-everything":
                    FitEverything(new MLContext(seed: 1), bool.Parse(arguments[1]), arguments[0], int.Parse(arguments[2])).Dispose();
                    break;
                case "train-many":
                    TrainMany(int.Parse(arguments[0]));
                    break;
                case "save":
                    Save(arguments[0], arguments[1]);
                    break;
                default:
                    throw new ArgumentException($"No part '{part}'.");
            }

            return 0;
        }
        catch (Exception fault)
        {
            Console.WriteLine($"{fault.GetType().Name}: {fault.Message}");
            return 1;
        }
    }

    /// <summary>The options that the interrupted trainings share with their uninterrupted twin.</summary>
    internal static ImageClassificationOptions Options(string? checkpoints, int epochs = 12)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs);
        options.Optimizer = new MLNet.Optimizers.PadamOptions { LearningRate = 0.05 };
        options.Augmentation = new(CropPadding: 2, Flip: true);
        options.CheckpointFolder = checkpoints;
        options.Resume = checkpoints is not null;
        return options;
    }

    /// <summary>Trains with every trick on, from the checkpoint in a folder.</summary>
    internal static ImageClassificationTransformer FitEverything(MLContext mlContext, bool padded, string? checkpoints, int epochs) =>
        mlContext.Padam().ImageClassifier(EverythingOn.Options(padded, checkpoints, epochs)).Fit(EverythingOn.View(mlContext));

    private static void Train(string data, string checkpoints, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        mlContext
            .Padam()
            .ImageClassifier(Options(checkpoints, epochs))
            .Fit(mlContext.Padam().LoadCifar10(data, CifarSplit.Train))
            .Dispose();
    }

    // Rows are made as they are read, so only what the trainer keeps of them counts.
    private static void TrainMany(int rows)
    {
        var mlContext = new MLContext(seed: 1);
        var schema = Microsoft.ML.Data.SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new Microsoft.ML.Data.VectorDataViewType(
            Microsoft.ML.Data.NumberDataViewType.Byte,
            3,
            32,
            32
        );
        schema[nameof(Row.Label)].ColumnType = new Microsoft.ML.Data.KeyDataViewType(typeof(uint), 10);
        var row = new Row { Features = new byte[3 * 32 * 32] };
        IDataView view = mlContext.Data.LoadFromEnumerable(new Rows(row, rows), schema);
        mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(view).Dispose();
    }

    private static void Save(string data, string zip)
    {
        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Padam().LoadCifar10(data, CifarSplit.Train);
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(train);
        mlContext.Model.Save(model, train.Schema, zip);
    }

    // A collection by name, so that the view knows its number of rows.
    private sealed class Rows(Row row, int count) : IReadOnlyCollection<Row>, ICollection<Row>
    {
        public int Count => count;

        public bool IsReadOnly => true;

        public IEnumerator<Row> GetEnumerator()
        {
            for (int i = 0; i < count; i++)
            {
                row.Label = (uint)(1 + (i % 2));
                yield return row;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public void Add(Row item) => throw new NotSupportedException();

        public void Clear() => throw new NotSupportedException();

        public bool Contains(Row item) => throw new NotSupportedException();

        public void CopyTo(Row[] array, int arrayIndex) => throw new NotSupportedException();

        public bool Remove(Row item) => throw new NotSupportedException();
    }

    private sealed class Row
    {
        public uint Label { get; set; }

        public byte[] Features { get; set; } = [];
    }
}
