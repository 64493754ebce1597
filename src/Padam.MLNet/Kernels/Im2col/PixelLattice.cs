namespace Padam.MLNet.Kernels;

/// <summary>An element of a convolution's kernel, and where the pixel lies that it multiplies.</summary>
/// <param name="KernelRow">Its row in the kernel.</param>
/// <param name="KernelColumn">Its column in the kernel.</param>
/// <param name="Row">Rows from where a lattice's point begins to read to the pixel; may be negative.</param>
/// <param name="Column">Columns, likewise.</param>
internal readonly record struct Tap(int KernelRow, int KernelColumn, int Row, int Column);

/// <summary>
/// Pixels that are computed from the same taps. Point (i, j) of each image reads, for each tap, the pixel (i step + tap.Row,
/// j step + tap.Column), zeros where that is beyond the image, and writes the pixel (top + i spacing, left + j spacing).
/// </summary>
/// <param name="Height">Rows of points.</param>
/// <param name="Width">Columns of points.</param>
/// <param name="Step">Pixels that are read, from point to point.</param>
/// <param name="Spacing">Pixels that are written, from point to point.</param>
/// <param name="Top">The first row that is written.</param>
/// <param name="Left">The first column that is written.</param>
/// <param name="Taps">What is read; nothing where the pixels are zero.</param>
internal sealed record PixelLattice(int Height, int Width, int Step, int Spacing, int Top, int Left, IReadOnlyList<Tap> Taps)
{
    /// <summary>The outputs of a convolution, which read its input.</summary>
    public static PixelLattice OfOutputs(ConvolutionShape shape)
    {
        (int kernel, int stride, int padding) = ((int)shape.Kernel, (int)shape.Stride, (int)shape.Padding);
        Tap[] taps =
        [
            .. from row in Enumerable.Range(0, kernel)
            from column in Enumerable.Range(0, kernel)
            select new Tap(row, column, row - padding, column - padding),
        ];
        return new((int)shape.OutputHeight, (int)shape.OutputWidth, stride, 1, 0, 0, taps);
    }

    /// <summary>
    /// The inputs of a convolution, whose gradient reads that of the outputs: with stride 2 inputs of the same parity of row and column are
    /// met by the same taps, with 3x3 kernels by 1, 2, 2 or 4 of them.
    /// </summary>
    public static IReadOnlyList<PixelLattice> OfInputs(ConvolutionShape shape)
    {
        (int height, int width, int stride) = ((int)shape.Height, (int)shape.Width, (int)shape.Stride);
        return
        [
            .. from top in Enumerable.Range(0, Math.Min(stride, height))
            from left in Enumerable.Range(0, Math.Min(stride, width))
            select new PixelLattice(
                (height - top + stride - 1) / stride,
                (width - left + stride - 1) / stride,
                1,
                stride,
                top,
                left,
                [
                    .. from row in Meeting(top, shape)
                    from column in Meeting(left, shape)
                    select new Tap(row.Tap, column.Tap, row.Output, column.Output),
                ]
            ),
        ];
    }

    /// <summary>All pixels of some maps, each by itself.</summary>
    public static PixelLattice Of(ChannelsLastImages maps) => new(maps.Height, maps.Width, 1, 1, 0, 0, [default]);

    // In one direction: the taps by which an input takes part in outputs, and in which.
    private static IEnumerable<(int Tap, int Output)> Meeting(int input, ConvolutionShape shape) =>
        from tap in Enumerable.Range(0, (int)shape.Kernel)
        let distance = input + (int)shape.Padding - tap
        where distance % (int)shape.Stride == 0
        select (tap, distance / (int)shape.Stride);
}

/// <summary>A walk over the points of a lattice: image by image, row by row.</summary>
internal struct LatticeWalk
{
    private readonly int _height,
        _width;

    public LatticeWalk(PixelLattice lattice, long first)
    {
        (_height, _width) = (lattice.Height, lattice.Width);
        (long row, long column) = Math.DivRem(first, _width);
        (Image, Row, Column) = ((int)(row / _height), (int)(row % _height), (int)column);
    }

    public int Image { get; private set; }

    public int Row { get; private set; }

    public int Column { get; private set; }

    public void Next()
    {
        if (++Column < _width)
            return;
        Column = 0;
        if (++Row < _height)
            return;
        (Row, Image) = (0, Image + 1);
    }
}
