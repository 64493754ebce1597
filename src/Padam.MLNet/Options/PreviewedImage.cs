namespace Padam.MLNet;

/// <summary>An image as a training sees it, to look at; see <see cref="PadamCatalog.PreviewAugmentation"/>.</summary>
/// <param name="Size">Its height and width.</param>
/// <param name="Rgb">Its pixels, row by row: red, green and blue of each, 0 to 255.</param>
public sealed record PreviewedImage(ImageSize Size, ReadOnlyMemory<byte> Rgb);
