using Microsoft.ML;

namespace Padam.MLNet.Data;

/// <summary>Images of one size as they were given, CHW.</summary>
internal interface IPixels<T>
    where T : unmanaged
{
    /// <summary>Images that are in a temporary file.</summary>
    int InFile { get; }

    /// <summary>An image. The span of one in a file is valid until the thread's next such call.</summary>
    ReadOnlySpan<T> this[int image] { get; }
}

/// <summary>A view whose images lie in memory while it lives and never change: nobody needs to copy them.</summary>
internal interface IImagesInMemory
{
    /// <summary>The images of a column, row by row; null where it is none of those.</summary>
    IPixels<byte>? Images(DataViewSchema.Column column);
}
