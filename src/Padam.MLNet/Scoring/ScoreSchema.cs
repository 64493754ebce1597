using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Formats;
using Padam.MLNet.Models;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>The input's columns, then PredictedLabel and Score with the annotations that ML.NET's evaluators look for.</summary>
internal sealed class ScoreSchema : OutputSchema
{
    private const string SetId = "ScoreColumnSetId";

    private readonly ModelDescription _model;

    /// <exception cref="ArgumentException">The input is not what the model was trained on.</exception>
    internal ScoreSchema(DataViewSchema input, ModelDescription model)
        : base(input, model)
    {
        _model = model;
        ModelInput.RequireClasses(input, model);

        uint set = NextSet(input);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(
            model.PredictedLabelColumnName,
            new KeyDataViewType(typeof(uint), model.Classes),
            Annotations(set, "PredictedLabel", annotations => model.Labels.AddTo(annotations, KeyValues.Kind))
        );
        builder.AddColumn(
            model.ScoreColumnName,
            new VectorDataViewType(NumberDataViewType.Single, model.Classes),
            Annotations(
                set,
                "Score",
                annotations =>
                {
                    if (model.Labels is { ItemType: KeyValues.Text, Values: { } names })
                        annotations.AddSlotNames(
                            names.Count,
                            (ref VBuffer<ReadOnlyMemory<char>> values) => values = KeyValues.TextValues(names)
                        );
                    model.Labels.AddTo(annotations, "TrainingLabelValues");
                }
            )
        );
        Output = builder.ToSchema();
        (PredictedLabel, Score) = (Output[input.Count], Output[input.Count + 1]);
    }

    internal override DataViewSchema Output { get; }

    internal DataViewSchema.Column PredictedLabel { get; }

    internal DataViewSchema.Column Score { get; }

    internal override Tensor Answers(nn.Module<Tensor, Tensor> network, Tensor images) =>
        Scorer.Probabilities(
            Views.Logits(images, _model.TestTimeAugmentation ?? TestTimeAugmentation.None, view => network.LogitsOf(view, _model.Classes))
        );

    internal override OnnxGraph Onnx(nn.Module<Tensor, Tensor> network) => ModelGraph.OfClassifierWithKeys(_model, network, Feature.Pixels);

    private protected override Delegate GetterOf(DataViewSchema.Column column, Answer answer) =>
        column.Index == Score.Index ? Vector(answer) : (ValueGetter<uint>)((ref uint key) => key = Prediction.MostProbable(answer()));

    private static DataViewSchema.Annotations Annotations(uint set, string valueKind, Action<DataViewSchema.Annotations.Builder> more)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        more(annotations);
        annotations.Add(SetId, new KeyDataViewType(typeof(uint), int.MaxValue), (ref uint value) => value = set);
        annotations.Add(
            "ScoreColumnKind",
            TextDataViewType.Instance,
            (ref ReadOnlyMemory<char> value) => value = "MulticlassClassification".AsMemory()
        );
        annotations.Add("ScoreValueKind", TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = valueKind.AsMemory());
        return annotations.ToAnnotations();
    }

    // One above the sets that other scorers before this one have numbered.
    private static uint NextSet(DataViewSchema schema)
    {
        uint highest = 0;
        foreach (DataViewSchema.Column column in schema)
        {
            if (
                column.Annotations.Schema.GetColumnOrNull(SetId) is not { Type: KeyDataViewType } annotation
                || annotation.Type.RawType != typeof(uint)
            )
                continue;
            uint set = 0;
            column.Annotations.GetValue(SetId, ref set);
            highest = Math.Max(highest, set);
        }

        return highest + 1;
    }
}
