namespace Padam.MLNet;

/// <summary>How weights are written for other programs.</summary>
public enum WeightsFormat
{
    /// <summary>safetensors with PyTorch's names; <see cref="ImageClassificationOptions.InitialWeights"/> reads it.</summary>
    Safetensors,

    /// <summary>
    /// HDF5 as the report's scripts wrote it: <c>weight0</c>, <c>weight1</c>, ... in the order of Keras's get_weights, kernels HWIO.
    /// </summary>
    KerasHdf5,
}
