namespace Padam.MLNet.Data;

/// <summary>Turns a stored value of a channel into the network's input.</summary>
internal interface IPixelMap<T>
{
    float Padding(int channel);

    float Map(int channel, T value);
}

/// <summary>
/// Normalisation as arithmetic the inner loops can afford: a table for bytes, one multiplication and addition for singles.
/// </summary>
internal sealed class PixelMap
{
    internal PixelMap(Normalization normalization, double pixelScale)
    {
        float[] table = new float[ImageShape.Channels * 256];
        float[] scale = new float[ImageShape.Channels],
            shift = new float[ImageShape.Channels];
        for (int c = 0; c < ImageShape.Channels; c++)
        {
            (double mean, double deviation) = (normalization.Mean[c], normalization.StandardDeviation[c]);
            for (int value = 0; value < 256; value++)
                table[(c * 256) + value] = (float)(((value / 255.0) - mean) / deviation);
            scale[c] = (float)(1 / (pixelScale * deviation));
            shift[c] = (float)(-mean / deviation);
        }

        Bytes = new(table);
        Singles = new(scale, shift);
    }

    internal ByteMap Bytes { get; }

    internal SingleMap Singles { get; }

    internal readonly struct ByteMap(float[] table) : IPixelMap<byte>
    {
        /// <summary>What each of the 256 values of each channel becomes, channel after channel.</summary>
        internal float[] Table => table;

        public float Padding(int channel) => table[channel * 256];

        public float Map(int channel, byte value) => table[(channel * 256) + value];
    }

    internal readonly struct SingleMap(float[] scale, float[] shift) : IPixelMap<float>
    {
        /// <summary>The factor of each channel.</summary>
        internal float[] Scale => scale;

        /// <summary>What is added to each channel.</summary>
        internal float[] Shift => shift;

        public float Padding(int channel) => shift[channel];

        public float Map(int channel, float value) => (value * scale[channel]) + shift[channel];
    }
}
