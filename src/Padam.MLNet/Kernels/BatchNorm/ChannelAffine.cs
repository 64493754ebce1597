using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>Normalisation, weight and bias as one line for each channel: y = x scale + shift.</summary>
internal sealed unsafe class ChannelAffine : IDisposable
{
    private readonly Scratch _scale,
        _shift;

    /// <summary>scale = w / s, shift = b - mean scale.</summary>
    /// <param name="weight">[C], contiguous, and held by the caller; likewise <paramref name="bias"/>.</param>
    /// <param name="bias">[C].</param>
    /// <param name="statistics">The mean, and what gives s.</param>
    public ChannelAffine(Tensor weight, Tensor bias, BatchStatistics statistics)
    {
        int channels = statistics.Mean.Length;
        _scale = Scratch.Rent(channels, "Batch normalisation: scale");
        _shift = Scratch.Rent(channels, "Batch normalisation: shift");
        float* w = TensorMemory.Floats(weight),
            b = TensorMemory.Floats(bias);
        for (int i = 0; i < channels; i++)
        {
            Scale[i] = (float)(w[i] * statistics.InverseDeviation(i));
            Shift[i] = (float)(b[i] - statistics.Mean[i] * Scale[i]);
        }
    }

    public float* Scale => _scale.Pointer;

    public float* Shift => _shift.Pointer;

    public void Dispose()
    {
        _scale.Dispose();
        _shift.Dispose();
    }
}
