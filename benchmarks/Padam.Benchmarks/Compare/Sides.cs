namespace Padam.Benchmarks.Compare;

/// <summary>The answers of both sides to one question, round by round.</summary>
internal sealed class Sides(string unit)
{
    private readonly List<double> _ours = [],
        _peer = [];

    internal double Ours => Median(_ours);

    /// <summary>Null where there is no PyTorch.</summary>
    internal double? Peer => _peer.Count == 0 ? null : Median(_peer);

    /// <summary>Asks one side after the other: they share the cores.</summary>
    /// <param name="ours">Our process.</param>
    /// <param name="peer">PyTorch's, where there is one.</param>
    /// <param name="command">The question.</param>
    /// <param name="counts">False for a warm-up.</param>
    internal void Ask(Contestant ours, Contestant? peer, string command, bool counts = true)
    {
        double ourAnswer = ours.Ask(command);
        double? peerAnswer = peer?.Ask(command);
        if (!counts)
            return;
        _ours.Add(ourAnswer);
        if (peerAnswer is { } answer)
            _peer.Add(answer);
        Console.WriteLine($"{unit}: ours {ourAnswer:G4}, peer {peerAnswer?.ToString("G4") ?? "-"}");
    }

    internal static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
