namespace Padam.MLNet.Schedules;

/// <summary>How a schedule goes from one factor to the next.</summary>
public enum Annealing
{
    /// <summary>By half a cosine wave: slowly at both ends.</summary>
    Cosine,

    /// <summary>By a straight line.</summary>
    Linear,
}
