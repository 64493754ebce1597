using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using Padam.MLNet.Models;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

namespace Padam.MLNet.Featurizing;

/// <summary>The input's columns, then the vectors.</summary>
internal sealed class FeatureSchema : OutputSchema
{
    private readonly FeaturizerDescription _model;

    /// <exception cref="ArgumentException">The image column is missing, or of another type or size.</exception>
    internal FeatureSchema(DataViewSchema input, FeaturizerDescription model)
        : base(input, model)
    {
        _model = model;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(model.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, model.Features));
        Output = builder.ToSchema();
    }

    internal override DataViewSchema Output { get; }

    internal override Tensor Answers(nn.Module<Tensor, Tensor> network, Tensor images) => ((Network)network).Features(images);

    internal override OnnxGraph Onnx(nn.Module<Tensor, Tensor> network) => ModelGraph.OfFeaturizer(_model, network, Feature.Pixels);

    private protected override Delegate GetterOf(DataViewSchema.Column column, Answer answer) => Vector(answer);
}
