using Padam.MLNet.Data;
using Padam.MLNet.Layers;

namespace Padam.MLNet.Models;

/// <summary>
/// The views of test-time augmentation inside a graph: the network runs once, over the views of all images one behind the other. A view is
/// rows and columns of the image in another order, so that reflection at the edge needs no operator of its own.
/// </summary>
/// <param name="Rows">Which row of the image each of the view's is.</param>
/// <param name="Columns">The same for columns.</param>
/// <param name="Weight">Of its logits in the mean.</param>
internal sealed record ViewOfImage(long[] Rows, long[] Columns, float Weight)
{
    /// <summary>The views of an image of a size; one for none but the image itself.</summary>
    internal static IReadOnlyList<ViewOfImage> Of(TestTimeAugmentation augmentation, int height, int width)
    {
        return augmentation switch
        {
            TestTimeAugmentation.Mirror => Mirrored(Moved(0), 1),
            TestTimeAugmentation.MirrorAndShift =>
            [
                .. Mirrored(Moved(0), 0.5f),
                .. Mirrored(Moved(-1), 0.25f),
                .. Mirrored(Moved(1), 0.25f),
            ],
            _ => [Moved(0)],
        };

        ViewOfImage Moved(int by) => new(Places(height, by), Places(width, by), 1);
    }

    /// <summary>What the network is given: all views, or the images as they are.</summary>
    internal static GraphValue Stack(GraphBuilder graph, GraphValue images, IReadOnlyList<ViewOfImage> views)
    {
        GraphValue[] values = [.. views.Select(view => view.Take(graph, images))];
        return values is [var only] ? only : graph.Concat(values);
    }

    /// <summary>The logits' mean over an image's views.</summary>
    internal static GraphValue Mean(GraphBuilder graph, GraphValue logits, IReadOnlyList<ViewOfImage> views) =>
        views.Count == 1 ? logits : graph.WeightedMean(logits, [.. views.Select(view => view.Weight)]);

    private GraphValue Take(GraphBuilder graph, GraphValue images)
    {
        GraphValue rows = IsAsItIs(Rows) ? images : graph.Gather(images, 2, Rows);
        return IsAsItIs(Columns) ? rows : graph.Gather(rows, 3, Columns);
    }

    private static ViewOfImage[] Mirrored(ViewOfImage view, float weight) =>
        [view with { Weight = weight / 2 }, view with { Columns = [.. view.Columns.Reverse()], Weight = weight / 2 }];

    // Beyond the edge lies its reflection, as where scores are computed.
    private static long[] Places(int side, int from)
    {
        var moved = new Placement(-from, 0, Mirrored: false, Reflected: true);
        return [.. Enumerable.Range(0, side).Select(place => (long)moved.SourceRow(place, side))];
    }

    private static bool IsAsItIs(long[] places) => places.Index().All(place => place.Item == place.Index);
}
