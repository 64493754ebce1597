using System.Runtime.CompilerServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Lays out the pixels that the points of a lattice read (im2col) in panels of 32 columns: a row for each point, and in it tap by tap the
/// channels of the tap's pixel.
/// </summary>
internal static unsafe class PatchPanels<T>
    where T : unmanaged, IRegister<T>
{
    private const int Panel = PanelProduct.Panel;

    /// <summary>Writes some columns of the rows of some points.</summary>
    /// <param name="x">What is read; its channels are a multiple of a register.</param>
    /// <param name="lattice">The points.</param>
    /// <param name="first">The first point.</param>
    /// <param name="count">How many points.</param>
    /// <param name="firstTerm">The first column, a multiple of 32.</param>
    /// <param name="terms">How many columns.</param>
    /// <param name="to">[terms / 32][count][32]: written.</param>
    /// <param name="panelStride">The distance between the panels of <paramref name="to"/>.</param>
    public static void Write(
        ChannelsLastImages x,
        PixelLattice lattice,
        long first,
        int count,
        int firstTerm,
        int terms,
        float* to,
        nint panelStride
    )
    {
        for (int done = 0; done < terms; )
        {
            (int tap, int channel) = Math.DivRem(firstTerm + done, x.Channels);
            int channels = Math.Min(x.Channels - channel, terms - done);
            WriteTap(x, lattice, lattice.Taps[tap], first, count, channel, channels, to, panelStride, done);
            done += channels;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteTap(
        ChannelsLastImages x,
        PixelLattice lattice,
        Tap tap,
        long first,
        int count,
        int channel,
        int channels,
        float* to,
        nint panelStride,
        int column
    )
    {
        // A tap's channels may begin and end within a panel.
        (int panel, int lane) = Math.DivRem(column, Panel);
        int step = lattice.Step,
            head = lane == 0 ? 0 : Math.Min(Panel - lane, channels),
            whole = (channels - head) / Panel,
            rest = channels - head - whole * Panel;
        float* headTo = to + panel * panelStride + lane,
            wholeTo = headTo - lane + (lane == 0 ? 0 : panelStride);
        var walk = new LatticeWalk(lattice, first);
        for (int row = 0; row < count; row++, headTo += Panel, wholeTo += Panel, walk.Next())
        {
            int top = walk.Row * step + tap.Row,
                left = walk.Column * step + tap.Column;
            bool isInside = (uint)top < (uint)x.Height && (uint)left < (uint)x.Width;
            float* at = wholeTo;
            if (!isInside)
            {
                Clear(headTo, head);
                for (int i = 0; i < whole; i++, at += panelStride)
                    Clear(at, Panel);
                Clear(at, rest);
                continue;
            }

            float* from = x.Row(walk.Image, top) + (nint)left * x.Channels + channel;
            Copy(from, headTo, head);
            from += head;
            for (int i = 0; i < whole; i++, at += panelStride, from += Panel)
                Copy(from, at, Panel);
            Copy(from, at, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* from, float* to, int count)
    {
        for (int i = 0; i < count; i += T.Count)
            T.Store(T.Load(from + i), to + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(float* to, int count)
    {
        for (int i = 0; i < count; i += T.Count)
            T.Store(default, to + i);
    }
}
