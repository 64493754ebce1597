using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;
using Padam.MLNet.Models;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

namespace Padam.MLNet.Featurizing;

/// <summary>The input's columns, then the vectors.</summary>
internal sealed class FeatureSchema : OutputSchema
{
    /// <exception cref="ArgumentException">The image column is missing, or of another type or size.</exception>
    internal FeatureSchema(DataViewSchema input, FeaturizerDescription model)
        : base(input, model)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(model.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, model.Features));
        Output = builder.ToSchema();
    }

    internal override DataViewSchema Output { get; }

    internal override Tensor Answers(nn.Module<Tensor, Tensor> network, Tensor images) => ((Network)network).Features(images);

    private protected override Delegate GetterOf(DataViewSchema.Column column, Answer answer) => Vector(answer);
}
