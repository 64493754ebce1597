namespace Padam.MLNet;

/// <summary>One process, whose sums are its own numbers.</summary>
internal sealed class OneProcess : Communicator, IPendingSum
{
    public override int Rank => 0;

    public override int Size => 1;

    public override int Largest(int value) => value;

    internal override void Sum(Span<double> values) { }

    internal override IPendingSum BeginSum(nint singles, int count) => this;

    internal override void Broadcast(Span<byte> bytes, int from = 0) { }

    public void Advance() { }

    public void Wait() { }
}
