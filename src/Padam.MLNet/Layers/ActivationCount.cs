using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>How many numbers the layers put out in a forward pass: what training keeps until the backward pass.</summary>
internal static class ActivationCount
{
    [ThreadStatic]
    private static long? t_numbers;

    /// <summary>The numbers that the layers of this thread put out while an action runs.</summary>
    internal static long Of(Action forward)
    {
        t_numbers = 0;
        try
        {
            forward();
            return t_numbers.Value;
        }
        finally
        {
            t_numbers = null;
        }
    }

    /// <summary>Counts what a layer puts out.</summary>
    internal static Tensor Counted(Tensor output)
    {
        if (t_numbers is not null)
            t_numbers += output.NumberOfElements;
        return output;
    }
}
