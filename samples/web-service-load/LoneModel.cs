using Microsoft.ML;
using Padam.MLNet;

namespace LoadClient;

/// <summary>The model, asked by a prediction engine for one picture at a time.</summary>
internal sealed class LoneModel : IDisposable
{
    private readonly ImageClassificationTransformer _model;
    private readonly PredictionEngine<Row, Prediction> _engine;

    public LoneModel(string path)
    {
        var mlContext = new MLContext();
        _model = ImageClassificationTransformer.Find(mlContext.Model.Load(path, out _));
        var schema = Microsoft.ML.Data.SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.File)].ColumnName = _model.FeatureColumnName;
        _engine = mlContext.Model.CreatePredictionEngine<Row, Prediction>(_model, inputSchemaDefinition: schema);
    }

    /// <summary>The probabilities by class; null where the file is no image.</summary>
    public IReadOnlyDictionary<string, float>? Scores(byte[] file)
    {
        try
        {
            float[] scores = _engine.Predict(new Row { File = file }).Score;
            return _model.ClassNames!.Zip(scores).ToDictionary(pair => pair.First, pair => pair.Second);
        }
        catch (BadImageException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        _model.Dispose();
    }

    private sealed class Row
    {
        public byte[] File { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
