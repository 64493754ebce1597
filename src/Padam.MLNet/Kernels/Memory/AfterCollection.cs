namespace Padam.MLNet.Kernels;

/// <summary>
/// Acts after collections of garbage, as the runtime's own pools do: an object that nobody holds is finalized by each collection of the
/// generation that it has reached, soon the oldest, and asks to be again.
/// </summary>
internal sealed class AfterCollection
{
    private readonly Action _act;

    private AfterCollection(Action act) => _act = act;

#pragma warning disable MA0055 // Being finalized is what it is for.
    ~AfterCollection()
    {
        _act();
        GC.ReRegisterForFinalize(this);
    }
#pragma warning restore MA0055

    /// <param name="act">What is done, on the finalizer's thread; it must not throw.</param>
    public static void Each(Action act) => _ = new AfterCollection(act);
}
