using System.Security.Cryptography;
using System.Text;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet;

/// <summary>How many ranks share something with this one, itself among them.</summary>
/// <param name="OnMachine">Those on its machine.</param>
/// <param name="OnProcessors">Those of them that may run on its processors, and on no others.</param>
internal readonly record struct Neighbours(int OnMachine, int OnProcessors)
{
    /// <summary>
    /// What libtorch would take for this process alone, divided by those that run on the same processors; null where no other does.
    /// </summary>
    internal int? Threads => OnProcessors == 1 ? null : Math.Min(get_num_threads(), Math.Max(1, Environment.ProcessorCount / OnProcessors));

    /// <summary>Counts them.</summary>
    internal static Neighbours Of(Communicator ranks)
    {
        if (ranks.Size == 1)
            return new(1, 1);
        string machine = ProcessorAffinity.Machine;
        return new(Alike(ranks, machine), Alike(ranks, $"{machine} {ProcessorAffinity.Processors}"));
    }

    private static int Alike(Communicator ranks, string place)
    {
        byte[] own = SHA256.HashData(Encoding.UTF8.GetBytes(place));
        return ranks.All(own).Chunk(own.Length).Count(other => other.AsSpan().SequenceEqual(own));
    }
}
