using Microsoft.ML;
using Padam.MLNet.Data;

namespace Padam.MLNet.Tests;

/// <summary>A view's images and labels as a training keeps them.</summary>
internal static class StoredRows
{
    internal static LabeledImages Of(IDataView view) =>
        LabeledImages.Read(
            view,
            ImageColumn.Of(view.Schema, "Features"),
            LabelColumn.Of(view.Schema, "Label"),
            null,
            new ImageReading(new ImageMemory(null))
        );
}
