namespace Padam.MLNet.Data;

/// <summary>The size of a three-channel image in pixels.</summary>
internal readonly record struct ImageShape(int Height, int Width)
{
    internal const int Channels = 3;

    internal int Pixels => Height * Width;

    internal int Values => Channels * Pixels;

    public override string ToString() => $"{Height}x{Width}";
}
