namespace Padam.MLNet;

/// <summary>The loss of a batch that was trained on, as it was read from the device.</summary>
/// <param name="Loss">Its mean by weight, the penalty of the kernels included.</param>
/// <param name="Weight">What its images count for together.</param>
/// <param name="EndsStep">Whether it is the last batch of a step of the optimizer.</param>
internal readonly record struct BatchRead(double Loss, double Weight, bool EndsStep);
