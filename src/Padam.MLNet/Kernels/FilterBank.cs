using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>The filters of a convolution in memory, with any strides.</summary>
internal readonly unsafe record struct FilterBank(
    nint Data,
    int Outputs,
    int Inputs,
    nint OutputStride,
    nint InputStride,
    nint RowStride,
    nint ColumnStride
)
{
    /// <param name="weight">[K, C, R, S]; it must outlive the view.</param>
    public static FilterBank Of(Tensor weight)
    {
        (long[] shape, long[] strides) = (weight.shape, weight.stride());
        return new FilterBank(
            (nint)TensorMemory.Floats(weight),
            (int)shape[0],
            (int)shape[1],
            (nint)strides[0],
            (nint)strides[1],
            (nint)strides[2],
            (nint)strides[3]
        );
    }

    /// <summary>The element at row 0, column 0.</summary>
    public float* At(int output, int input) => (float*)Data + output * OutputStride + input * InputStride;

    /// <summary>The same filters, with outputs and inputs swapped.</summary>
    public FilterBank Swapped() => new(Data, Inputs, Outputs, InputStride, OutputStride, RowStride, ColumnStride);

    /// <summary>
    /// The 3x3 filters that take the gradient of the outputs to that of the inputs: turned by 180 degrees, outputs and inputs swapped.
    /// </summary>
    public FilterBank Transposed() =>
        new(Data + 2 * (RowStride + ColumnStride) * sizeof(float), Inputs, Outputs, InputStride, OutputStride, -RowStride, -ColumnStride);
}
