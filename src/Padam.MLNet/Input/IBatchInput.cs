namespace Padam.MLNet.Input;

/// <summary>What batches are made of: numbers and a class for each row of a set.</summary>
internal interface IBatchInput
{
    /// <summary>Rows.</summary>
    int Count { get; }

    /// <summary>How a row's numbers lie: height, width, channels; or a vector's length.</summary>
    long[] Shape { get; }

    /// <summary>The class of a row, from 0.</summary>
    int Label(int row);

    /// <summary>Writes a row's numbers as the network is given them in an epoch.</summary>
    void Write(int row, int epoch, Span<float> numbers);
}

/// <summary>Lengths of what batches are made of.</summary>
internal static class BatchInputShape
{
    /// <summary>Numbers a row.</summary>
    internal static int Numbers(this IBatchInput input) => (int)input.Shape.Aggregate(1L, (product, side) => product * side);
}
