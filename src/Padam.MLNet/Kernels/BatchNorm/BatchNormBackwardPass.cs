using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>The gradients of a batch normalisation, written into tensors that are there; the tensors are held by the caller.</summary>
internal readonly unsafe struct BatchNormBackwardPass(
    Tensor dy,
    Tensor x,
    Tensor weight,
    Tensor bias,
    Tensor? residual,
    BatchStatistics statistics,
    BatchNormGradients gradients
) : IActivatedWork
{
    public void Run<T, TActivation>()
        where T : unmanaged, IRegister<T>
        where TActivation : IActivation
    {
        PixelRows rows = BatchNormalization.Rows(x);
        int channels = rows.Channels;
        using ChannelAffine affine = new(weight, bias, statistics);
        using Scratch factors = Scratch.Rent(channels, "Batch normalisation: factors of the gradient"),
            inputs = Scratch.Rent(channels, "Batch normalisation: factors of the input"),
            constants = Scratch.Rent(channels, "Batch normalisation: constants");
        float* from = TensorMemory.Floats(x),
            outer = TensorMemory.Floats(dy),
            a = factors.Pointer,
            b = inputs.Pointer,
            c = constants.Pointer,
            add = residual is null ? null : TensorMemory.Floats(residual),
            dx = TensorMemory.Floats(gradients.Input);
        // What the activation lets through: the residual's gradient, or kept where the input's will stand, or computed twice.
        float* passed =
            gradients.Residual is not null ? TensorMemory.Floats(gradients.Residual)
            : TActivation.IsCostly ? dx
            : null;
        var activated = new BatchNormBackward<T, TActivation>.Activated(affine.Scale, affine.Shift, add);
        double[] sum = new double[channels],
            product = new double[channels];
        for (int i = 0; i < channels; i++)
            a[i] = (float)statistics.Mean[i];
        BatchNormBackward<T, TActivation>.Sums(outer, from, rows, mean: a, activated, passed, sum, product);

        float* w = TensorMemory.Floats(weight),
            dw = TensorMemory.Floats(gradients.Weight),
            db = TensorMemory.Floats(gradients.Bias);
        for (int i = 0; i < channels; i++)
            (dw[i], db[i]) = ((float)(product[i] * statistics.InverseDeviation(i)), (float)sum[i]);
        // Weight and bias have the gradient of this process's part, the input that of the whole batch.
        if (statistics.Others is { } others)
        {
            double[] sums = [.. sum, .. product];
            others(sums);
            (sum, product) = (sums[..channels], sums[channels..]);
        }

        for (int i = 0; i < channels; i++)
        {
            // dx = w / s (g - mean(g) - (x - mean) / s^2 mean(g (x - mean)))
            double inverse = statistics.InverseDeviation(i),
                first = w[i] * inverse,
                second = -first * inverse * inverse * product[i] / statistics.Count;
            (a[i], b[i], c[i]) = ((float)first, (float)second, (float)(-first * sum[i] / statistics.Count - second * statistics.Mean[i]));
        }

        if (TActivation.IsCostly)
            BatchNormBackward<T, Identity>.InputGradient(passed, from, rows, default, a, b, c, dx);
        else
            BatchNormBackward<T, TActivation>.InputGradient(outer, from, rows, activated, a, b, c, dx);
    }
}
