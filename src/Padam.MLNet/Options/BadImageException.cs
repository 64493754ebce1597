namespace Padam.MLNet;

/// <summary>
/// The image of a row cannot be had: it is missing, undecodable, cut off or too large.
/// <see cref="ImageClassificationOptions.SkipBadImages"/> leaves such rows out.
/// </summary>
public sealed class BadImageException : IOException
{
    internal BadImageException(string message, Exception? cause = null)
        : base(message, cause) { }
}
