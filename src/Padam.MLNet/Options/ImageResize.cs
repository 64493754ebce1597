namespace Padam.MLNet;

/// <summary>How pictures of another size are brought to a network's.</summary>
public enum ImageResize
{
    /// <summary>Each side to its length: the whole picture, out of proportion.</summary>
    Stretch,

    /// <summary>
    /// In proportion, the shorter side (measured by the network's) to its length, and what the longer has too much cut off at both ends: as
    /// networks for photographs are trained, and as ML.NET's ResizeImages does with IsoCrop.
    /// </summary>
    Crop,

    /// <summary>
    /// In proportion, the longer side to its length, and what the shorter lacks filled at both ends with
    /// <see cref="ImagePreprocessing.BackgroundColor"/>: the whole picture, as ML.NET's ResizeImages does with IsoPad (on black).
    /// </summary>
    Pad,
}
