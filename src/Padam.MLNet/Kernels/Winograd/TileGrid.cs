namespace Padam.MLNet.Kernels;

/// <summary>The squares into which the maps of a batch are cut; those at the right and lower edge may reach beyond the map.</summary>
internal readonly struct TileGrid(int batch, int height, int width, int side)
{
    private readonly int _down = (height + side - 1) / side,
        _across = (width + side - 1) / side;

    /// <summary>How many squares there are in all.</summary>
    public int Count => batch * _down * _across;

    /// <summary>The image and the first pixel of a square.</summary>
    public (int Image, int Top, int Left) this[int tile]
    {
        get
        {
            (int row, int column) = Math.DivRem(tile, _across);
            (int image, int down) = Math.DivRem(row, _down);
            return (image, down * side, column * side);
        }
    }
}
