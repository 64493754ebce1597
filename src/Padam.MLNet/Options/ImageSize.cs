namespace Padam.MLNet;

/// <summary>The size in pixels that MLImages and the bytes of image files are resized to.</summary>
/// <param name="Height">Rows, above 0.</param>
/// <param name="Width">Columns, above 0.</param>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>What is wrong with this size, one sentence each; nothing if it can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (Height < 1)
            yield return $"Height is {Height}; it must be at least 1.";
        if (Width < 1)
            yield return $"Width is {Width}; it must be at least 1.";
    }
}
