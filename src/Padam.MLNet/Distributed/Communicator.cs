using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Padam.MLNet;

/// <summary>
/// The processes that train one network together, or score images, each of which is a rank: <see cref="Mpi.World"/>, or
/// <see cref="Alone"/>. What they do together they all do in the same order; a call here returns when all have made it.
/// </summary>
public abstract class Communicator
{
    private Exception? _told;
    private int _busy;

    private protected Communicator() { }

    /// <summary>This process, which nobody else trains with.</summary>
    public static Communicator Alone { get; } = new OneProcess();

    /// <summary>Which of them this process is, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>How many there are.</summary>
    public abstract int Size { get; }

    /// <summary>
    /// Whether a training, or a scoring, ended on this rank alone, in its midst. The others wait for it, so there is nothing left to do
    /// together: the job ends, on all ranks, when this process does.
    /// </summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether all ranks end with a fault: with this one, or with one that tells of it.</summary>
    public bool Knows(Exception fault) => Size == 1 || ReferenceEquals(fault, _told);

    /// <summary>Whether the others may be waiting for this rank's next step.</summary>
    internal bool IsBusy => Volatile.Read(ref _busy) > 0;

    /// <summary>
    /// Whether the others have to end with this process: they wait for what it does no more, or do not know how it ended.
    /// </summary>
    /// <param name="exitCode">What it ends with.</param>
    internal bool EndsTheOthers(int exitCode) => HasFailed || IsBusy || (exitCode != 0 && _told is null);

    /// <summary>The largest of all ranks' numbers.</summary>
    public abstract int Largest(int value);

    /// <summary>Does something that may fail on each rank. Where one of them fails, all do.</summary>
    /// <param name="part">What is done; it does nothing together with the others itself.</param>
    /// <returns>What this rank's part returned.</returns>
    /// <exception cref="InvalidOperationException">Another rank failed; the message has which one and why.</exception>
    /// <exception cref="OperationCanceledException">Another rank was cancelled.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "Thrown again when all know of it.")]
    public T Together<T>(Func<T> part)
    {
        ArgumentNullException.ThrowIfNull(part);
        ExceptionDispatchInfo? own = null;
        T result = default!;
        try
        {
            result = part();
        }
        catch (Exception fault)
        {
            own = ExceptionDispatchInfo.Capture(fault);
        }

        // The first of those that failed speaks for all.
        int first = Size - Largest(own is null ? 0 : Size - Rank);
        if (first == Size)
            return result;
        (result as IDisposable)?.Dispose();
        string message = Told(own?.SourceException.Message ?? "", by: first);
        bool isCancelled = Largest(Rank == first && own!.SourceException is OperationCanceledException ? 1 : 0) == 1;
        if (Rank == first)
        {
            OnAll(own!.SourceException);
            own.Throw();
        }

        string sentence = $"Rank {first} of {Size}: {message}";
        throw OnAll<Exception>(
            isCancelled
                ? new OperationCanceledException(sentence, own?.SourceException)
                : new InvalidOperationException(sentence, own?.SourceException)
        );
    }

    /// <inheritdoc cref="Together{T}"/>
    public void Together(Action part)
    {
        ArgumentNullException.ThrowIfNull(part);
        Together(() =>
        {
            part();
            return true;
        });
    }

    /// <summary>Refuses, on all ranks, what a rank has otherwise than the first one: what they do together would be of two kinds.</summary>
    /// <param name="what">What it is, to begin a sentence with.</param>
    /// <param name="own">This rank's, as text that tells it from any other, such as a checksum.</param>
    /// <exception cref="InvalidOperationException">A rank differs; the message has the first that does, and both texts.</exception>
    public void RequireSame(string what, string own)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(own);
        string first = Told(own);
        Together(() =>
        {
            if (own != first)
                throw new InvalidOperationException($"{what} must be the same on all ranks: it is {own} here and {first} on the first.");
        });
    }

    /// <summary>Replaces numbers by their sums over all ranks: the same bits on each.</summary>
    internal abstract void Sum(Span<double> values);

    /// <summary>The sum of all ranks' numbers.</summary>
    internal double Sum(double value)
    {
        Sum(new Span<double>(ref value));
        return value;
    }

    /// <summary>Begins to replace singles by their sums; nobody may touch them until that is done.</summary>
    /// <param name="singles">The first one.</param>
    /// <param name="count">How many.</param>
    internal abstract IPendingSum BeginSum(nint singles, int count);

    /// <summary>Replaces bytes by those of one rank.</summary>
    internal abstract void Broadcast(Span<byte> bytes, int from = 0);

    /// <summary>A number as the first rank has it.</summary>
    internal int OfFirst(int value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        Broadcast(bytes);
        return BitConverter.ToInt32(bytes);
    }

    /// <inheritdoc cref="OfFirst(int)"/>
    internal double OfFirst(double value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        Broadcast(bytes);
        return BitConverter.ToDouble(bytes);
    }

    /// <summary>A text of one rank's, on all of them.</summary>
    internal string Told(string text, int by = 0)
    {
        byte[] own = Encoding.UTF8.GetBytes(text),
            told = new byte[Largest(Rank == by ? own.Length : 0)];
        if (Rank == by)
            own.CopyTo(told, 0);
        Broadcast(told, by);
        return Encoding.UTF8.GetString(told);
    }

    /// <summary>The bytes of each rank, one after the other; as many of each.</summary>
    internal byte[] All(ReadOnlySpan<byte> own)
    {
        byte[] all = new byte[own.Length * Size];
        own.CopyTo(all.AsSpan(Rank * own.Length));
        for (int rank = 0; rank < Size; rank++)
            Broadcast(all.AsSpan(rank * own.Length, own.Length), rank);
        return all;
    }

    /// <summary>Marks what every rank is about to throw, since all know the reason.</summary>
    internal T OnAll<T>(T fault)
        where T : Exception
    {
        _told = fault;
        return fault;
    }

    /// <summary>
    /// Does what the ranks do together, step by step. Where it ends on this rank alone, there is nothing more to do together.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// They did so already and it ended on this rank alone, or they are at it: what two of them do together would be mixed up.
    /// </exception>
    internal T StepByStep<T>(Func<T> steps)
    {
        if (Size == 1)
            return steps();
        if (HasFailed)
            throw new InvalidOperationException("What these processes did together ended on this one alone: their job is over.");
        try
        {
            return Interlocked.Increment(ref _busy) == 1
                ? steps()
                : throw OnAll(new InvalidOperationException("These processes train or score already: they do so one after the other."));
        }
        catch (Exception fault)
        {
            HasFailed |= !Knows(fault);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _busy);
        }
    }
}

/// <summary>A sum over all ranks that was begun.</summary>
internal interface IPendingSum
{
    /// <summary>Lets it get on, as far as it can without waiting.</summary>
    void Advance();

    /// <summary>Returns once it is done.</summary>
    void Wait();
}
