namespace Padam.Benchmarks.Compare;

/// <summary>What is measured of each side, in a process of its own.</summary>
internal interface IContestant : IDisposable
{
    /// <summary>Seconds a training step.</summary>
    double Step(int steps);

    /// <summary>Seconds an optimizer step, with the gradients of the last training step.</summary>
    double OptimizerStep(int steps);

    /// <summary>Images scored a second.</summary>
    double Score(int images);
}
