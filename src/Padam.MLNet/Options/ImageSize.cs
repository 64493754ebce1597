namespace Padam.MLNet;

/// <summary>The size in pixels that MLImages are resized to.</summary>
/// <param name="Height">Rows, above 0.</param>
/// <param name="Width">Columns, above 0.</param>
public readonly record struct ImageSize(int Height, int Width);
