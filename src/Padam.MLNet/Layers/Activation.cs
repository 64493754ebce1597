namespace Padam.MLNet.Layers;

/// <summary>What a layer applies to its output, element by element.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(x, 0) (Nair and Hinton, 2010).</summary>
    Relu,
}
