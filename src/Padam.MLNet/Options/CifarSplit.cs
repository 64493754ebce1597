namespace Padam.MLNet;

/// <summary>The two parts of a CIFAR data set.</summary>
public enum CifarSplit
{
    /// <summary>data_batch_1..5.bin (those that are there, in order), or train.bin.</summary>
    Train,

    /// <summary>test_batch.bin, or test.bin.</summary>
    Test,
}

/// <summary>Which of CIFAR-100's two labels an image is given.</summary>
public enum CifarLabels
{
    /// <summary>100 classes.</summary>
    Fine,

    /// <summary>20 superclasses.</summary>
    Coarse,
}
