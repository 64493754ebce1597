using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// AMSGrad (Reddi et al., "On the Convergence of Adam and Beyond", algorithm 2) as torch.optim.Adam with <c>amsgrad</c> computes it: Adam
/// with the largest second moment so far. The defaults are the settings of the reproducibility report (arXiv 1901.09517, table 1).
/// </summary>
public sealed record AmsGradOptions : AdamOptions
{
    /// <summary>Makes the settings of the report.</summary>
    public AmsGradOptions() => AmsGrad = true;

    /// <inheritdoc/>
    public override string Name => "amsgrad";

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new AdamOptimizer<AmsGradOptions>(this, Groups(this, parameters));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() =>
        [.. base.Validate(), .. Faults((AmsGrad, "AmsGrad must be true here; use AdamOptions for Adam without it."))];
}
