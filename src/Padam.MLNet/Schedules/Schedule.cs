namespace Padam.MLNet.Schedules;

/// <summary>How the learning rate, or Padam's p, moves over a training run: the factor that multiplies its base value.</summary>
/// <remarks>
/// Time is counted in whole epochs completed, plus the fraction done of the one running. Schedules are values: two of equal settings are
/// equal, and <c>ToString</c> says what they do.
/// </remarks>
public abstract record Schedule
{
    private protected Schedule() { }

    /// <summary>Always 1.</summary>
    public static Schedule Constant { get; } = new ConstantSchedule();

    /// <summary>Multiplied by <paramref name="gamma"/> at each milestone.</summary>
    /// <param name="milestones">
    /// Epochs completed when the factor falls, ascending: [50, 100] is after 50 and after 100 whole epochs.
    /// </param>
    /// <param name="gamma">The factor of each fall, finite, above 0. The default value is 0.1.</param>
    /// <exception cref="ArgumentException">No milestones, or not ascending from 1, or gamma out of range.</exception>
    public static Schedule MultiStep(IReadOnlyList<int> milestones, double gamma = 0.1) => new MultiStepSchedule(milestones, gamma);

    /// <summary>Multiplied by <paramref name="gamma"/> after every <paramref name="every"/> epochs.</summary>
    /// <param name="every">Epochs from fall to fall, at least 1.</param>
    /// <param name="gamma">The factor of each fall, finite, above 0. The default value is 0.1.</param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static Schedule StepDecay(int every, double gamma = 0.1) => new StepDecaySchedule(every, gamma);

    /// <summary>
    /// Half a cosine wave from 1 down to <paramref name="minimum"/>, which is reached when the training ends (Loshchilov and Hutter, arXiv
    /// 1608.03983).
    /// </summary>
    /// <param name="minimum">The last factor, between 0 and 1. The default value is 0.</param>
    /// <param name="unit">
    /// Whether the factor moves once an epoch or at every step. The default value is <see cref="ScheduleUnit.Epoch"/>.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static Schedule Cosine(double minimum = 0, ScheduleUnit unit = ScheduleUnit.Epoch) => new CosineSchedule(minimum, unit);

    /// <summary>A straight line.</summary>
    /// <param name="from">The first factor, finite, at least 0.</param>
    /// <param name="to">The factor when the training ends, finite, at least 0.</param>
    /// <param name="unit">
    /// Whether the factor moves once an epoch or at every step. The default value is <see cref="ScheduleUnit.Epoch"/>.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static Schedule Linear(double from, double to, ScheduleUnit unit = ScheduleUnit.Epoch) => new LinearSchedule(from, to, unit);

    /// <summary>
    /// Up to the base value and down again (Smith and Topin, arXiv 1708.07120), as torch's <c>OneCycleLR</c> without its cycle of
    /// momentum: the optimizer's rate is the largest.
    /// </summary>
    /// <param name="rise">The part of the training that the rise takes, above 0 and below 1. The default value is 0.3.</param>
    /// <param name="from">The first factor, between 0 and 1. The default value is 1/25.</param>
    /// <param name="to">The last factor, between 0 and 1. The default value is 4e-6: 1/25 of 1e-4.</param>
    /// <param name="annealing">How it moves. The default value is <see cref="Annealing.Cosine"/>.</param>
    /// <param name="unit">
    /// Whether the factor moves once an epoch or at every step. The default value is <see cref="ScheduleUnit.Step"/>.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static Schedule OneCycle(
        double rise = 0.3,
        double from = 0.04,
        double to = 4e-6,
        Annealing annealing = Annealing.Cosine,
        ScheduleUnit unit = ScheduleUnit.Step
    ) => new OneCycleSchedule(rise, from, to, annealing, unit);

    /// <summary>A function of your own.</summary>
    /// <param name="name">
    /// What it does; two of the same name are equal, and a training is resumed from a checkpoint that has the same name.
    /// </param>
    /// <param name="factor">
    /// The factor by the part of the training that is done, from 0 at the first step to 1 at the end (after a warm-up, of what it leaves):
    /// finite, at least 0. Called at every step, on the thread that trains, and once an epoch when the trainer is made, to check it.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty, or the function null.</exception>
    public static Schedule Of(string name, Func<double, double> factor) => new FunctionSchedule(name, factor);

    /// <summary>
    /// This schedule after a linear rise to its first value. Milestones stay where they are, counted from the start of the training; cosine
    /// and line span what the warm-up leaves.
    /// </summary>
    /// <param name="epochs">
    /// How long the rise takes, in epochs; a fraction is allowed. Finite, above 0, and below the length of the training.
    /// </param>
    /// <param name="from">The factor of the first step, relative to where the rise ends; between 0 and 1. The default value is 0.1.</param>
    /// <param name="unit">
    /// Whether the factor moves once an epoch or at every step. The default value is <see cref="ScheduleUnit.Step"/>.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range, or this schedule has a warm-up already.</exception>
    public Schedule WithWarmup(double epochs, double from = 0.1, ScheduleUnit unit = ScheduleUnit.Step) =>
        new WarmupSchedule(this, epochs, from, unit);

    /// <summary>The factor at a moment of a training run.</summary>
    /// <param name="time">Epochs completed: 0 at the first step, 1.5 halfway through the second epoch.</param>
    /// <param name="epochs">How many epochs the whole run has, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is before the start, or the run has no epochs.</exception>
    /// <exception cref="InvalidOperationException">A function of one's own gives no factor.</exception>
    public double Factor(double time, int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        if (!(time >= 0))
            throw new ArgumentOutOfRangeException(nameof(time), time, "Time starts at 0.");
        return At(time, 0, epochs);
    }

    /// <summary>What is wrong with this schedule in a run of so many epochs, one sentence each; nothing if it can be used.</summary>
    /// <param name="epochs">How many epochs the whole run has.</param>
    public virtual IEnumerable<string> Validate(int epochs) => [];

    /// <summary>
    /// The largest factor in a run of so many epochs. Between whole epochs and its turns every schedule only rises or only falls; of a
    /// function of the user's own nobody can know. Steps come close to the end of the training, and none is at it.
    /// </summary>
    internal double Largest(int epochs) =>
        Enumerable
            .Range(0, epochs)
            .Select(e => (double)e)
            .Append(Math.BitDecrement(epochs))
            .Concat(Turns(0, epochs))
            .Max(time => Factor(time, epochs));

    /// <summary>Whether a longer run has other factors from its beginning on.</summary>
    internal virtual bool SpansTraining => true;

    /// <summary>When it turns from rising to falling, other than between two epochs.</summary>
    internal virtual IEnumerable<double> Turns(double start, double end) => [];

    /// <summary>The factor, for a schedule that has from <paramref name="start"/> to <paramref name="end"/>.</summary>
    internal abstract double At(double time, double start, double end);

    /// <summary>The time a schedule sees that moves by <paramref name="unit"/>.</summary>
    private protected static double Tick(double time, ScheduleUnit unit) => unit == ScheduleUnit.Epoch ? Math.Floor(time) : time;

    private protected static string Every(ScheduleUnit unit) => unit == ScheduleUnit.Epoch ? "each epoch" : "each step";

    private protected static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new ArgumentException(fault);
    }

    private protected static void RequireUnit(ScheduleUnit unit) =>
        Require(Enum.IsDefined(unit), $"A schedule moves by Epoch or by Step, not by {unit}.");
}

/// <summary>When a schedule's factor moves.</summary>
public enum ScheduleUnit
{
    /// <summary>Between epochs.</summary>
    Epoch,

    /// <summary>At every step of the optimizer.</summary>
    Step,
}
