namespace Padam.MLNet.Data;

/// <summary>Some rows of a set of images.</summary>
internal sealed record ImageRows(LabeledImages Images, int[] Rows)
{
    internal ImageRows(LabeledImages images)
        : this(images, [.. Enumerable.Range(0, images.Count)]) { }
}
