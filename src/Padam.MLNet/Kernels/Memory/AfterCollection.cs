namespace Padam.MLNet.Kernels;

/// <summary>
/// Acts after collections of garbage, as the runtime's own pools do: an object that nobody holds is finalized by each collection of the
/// generation that it has reached, soon the oldest, and asks to be again.
/// </summary>
internal sealed class AfterCollection
{
    private readonly Func<bool> _act;

    private AfterCollection(Func<bool> act) => _act = act;

#pragma warning disable MA0055 // Being finalized is what it is for.
    ~AfterCollection()
    {
        if (_act())
            GC.ReRegisterForFinalize(this);
    }
#pragma warning restore MA0055

    /// <param name="act">What is done, on the finalizer's thread, as long as it returns true. What it throws would end the process.</param>
    public static void Each(Func<bool> act) => _ = new AfterCollection(act);
}
