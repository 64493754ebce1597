using System.Text.Json.Serialization;

namespace Padam.MLNet.Backbones;

/// <summary>
/// How a network's first weights are drawn. All draws come from torch's global generator, layer by layer in the order of the parameters.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Initialization>))]
public enum Initialization
{
    /// <summary>
    /// As the paper's authors' code (github.com/uclaml/Padam): PyTorch's defaults, uniform within 1/√fan_in for weights and biases;
    /// convolutions of wide networks normal with standard deviation √(2 / (k·k·out_channels)) and no bias.
    /// </summary>
    PyTorch,

    /// <summary>
    /// Keras's default, used by the report for VGG: uniform within √(6 / (fan_in + fan_out)), biases zero (Glorot and Bengio, 2010).
    /// </summary>
    Glorot,

    /// <summary>
    /// Keras's <c>VarianceScaling</c>, used by the report for ResNet: convolutions normal, cut off at two standard deviations, with
    /// variance 1/fan_in; the linear layer <see cref="Glorot"/>, biases zero.
    /// </summary>
    VarianceScaling,

    /// <summary>
    /// What the report's wide network does: convolutions normal with standard deviation 1 (its code's √(2/n), where n is the number of
    /// blocks in a stage, 2); the linear layer <see cref="Glorot"/>, biases zero.
    /// </summary>
    UnitNormal,
}
