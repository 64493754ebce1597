using Microsoft.ML;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Models;
using Padam.MLNet.Native;

namespace Padam.MLNet.Scoring;

/// <summary>A view with a network's columns added, computed batch by batch while it is read.</summary>
internal class ScoredDataView(IDataView input, OutputSchema schema, SharedNetwork network) : TransformedView(input)
{
    public override DataViewSchema Schema => schema.Output;

    // Two cursors read the input side by side, so both must see the same order.
    public override bool CanShuffle => false;

    public override long? GetRowCount() => Input.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        network.ThrowIfDisposed();
        return new ScoredCursor(Input, schema, [.. columnsNeeded], Answers);
    }

    public override DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Begins the answers to all rows, for one cursor.</summary>
    protected virtual IRowAnswers Answers(DataViewRow? passed) => new Batch(Input, passed, schema, network);

    protected override void RequireOnnx(DataViewSchema source, IReadOnlySet<string> skipped)
    {
        network.ThrowIfDisposed();
        OnnxConversion.Require(schema.Feature, source);
        if (skipped.Contains(schema.Feature.Column.Name))
            throw OnnxConversion.Unconvertible(schema.Feature.Column.Name);
    }

    protected override void AddOnnx(OnnxTarget target)
    {
        using SharedNetwork.Holding held = network.Hold();
        using var state = TorchState.EnterWithoutGradients();
        OnnxConversion.Add(
            schema.Onnx(held.Network),
            target,
            schema.Feature.Column.Name,
            schema.Output.Where(column => schema.IsOurs(column))
        );
    }
}
