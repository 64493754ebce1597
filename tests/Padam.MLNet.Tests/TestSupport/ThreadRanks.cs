using System.Runtime.InteropServices;

namespace Padam.MLNet.Tests;

/// <summary>
/// Ranks that are threads of this process, for what must hold whatever carries the sums. (Not for networks of the user's own: their steps
/// hold torch's generator, one at a time.)
/// </summary>
internal sealed class ThreadRanks : Communicator
{
    private readonly Room _room;
    private readonly List<(nint Data, float[] Own)> _begun = [];

    private ThreadRanks(Room room, int rank) => (_room, Rank) = (room, rank);

    public override int Rank { get; }

    public override int Size => _room.Size;

    /// <summary>How many sums of singles each rank began.</summary>
    internal int Sums => _begun.Count;

    /// <summary>Does something on so many ranks, and returns what each came to. The first failure is thrown.</summary>
    internal static T[] Run<T>(int size, Func<ThreadRanks, T> part)
    {
        var room = new Room(size);
        var results = new T[size];
        var faults = new Exception?[size];
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, size)
                .Select(rank => new Thread(() =>
                {
                    try
                    {
                        results[rank] = part(new ThreadRanks(room, rank));
                    }
                    catch (Exception fault)
                    {
                        faults[rank] = fault;
                    }
                })),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        // Those who waited for one that failed tell less than it.
        Exception? first = faults.OfType<Exception>().MinBy(fault => fault is TimeoutException);
        return first is null ? results : throw new AggregateException($"{first.GetType().Name}: {first.Message}", first);
    }

    public override int Largest(int value) => _room.Exchange(Rank, value).Max();

    internal override void Sum(Span<double> values)
    {
        double[][] all = _room.Exchange(Rank, values.ToArray());
        for (int i = 0; i < values.Length; i++)
            values[i] = all.Sum(of => of[i]);
    }

    internal override IPendingSum BeginSum(nint singles, int count)
    {
        float[] own = new float[count];
        Marshal.Copy(singles, own, 0, count);
        _begun.Add((singles, own));
        return new Pending(this, _room.Post(_begun.Count - 1, Rank, own), singles);
    }

    internal override void Broadcast(Span<byte> bytes, int from = 0) => _room.Exchange(Rank, bytes.ToArray())[from].CopyTo(bytes);

    // Adds in the order of the ranks, whoever comes first.
    private sealed class Pending(ThreadRanks ranks, float[]?[] all, nint singles) : IPendingSum
    {
        public void Advance() { }

        public void Wait()
        {
            ranks._room.Await(all);
            float[] sum = [.. Enumerable.Range(0, all[0]!.Length).Select(i => all.Aggregate(0f, (total, own) => total + own![i]))];
            Marshal.Copy(sum, 0, singles, sum.Length);
        }
    }

    private sealed class Room(int size)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

        private readonly Barrier _meeting = new(size);
        private readonly object?[] _brought = new object?[size];
        private readonly List<float[]?[]> _posted = [];

        internal int Size => size;

        internal T[] Exchange<T>(int rank, T own)
        {
            _brought[rank] = own;
            Meet();
            T[] all = [.. _brought.Select(brought => (T)brought!)];
            Meet();
            return all;
        }

        internal float[]?[] Post(int number, int rank, float[] own)
        {
            lock (_posted)
            {
                while (_posted.Count <= number)
                    _posted.Add(new float[]?[size]);
                _posted[number][rank] = own;
                Monitor.PulseAll(_posted);
                return _posted[number];
            }
        }

        internal void Await(float[]?[] all)
        {
            lock (_posted)
            {
                while (Array.Exists(all, own => own is null))
                {
                    if (!Monitor.Wait(_posted, Patience))
                        throw new TimeoutException("A rank did not come.");
                }
            }
        }

        private void Meet()
        {
            if (!_meeting.SignalAndWait(Patience))
                throw new TimeoutException("A rank did not come.");
        }
    }
}
