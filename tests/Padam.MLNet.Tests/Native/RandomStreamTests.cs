using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Native;

[TestClass]
[DoNotParallelize] // The generator is the process's.
public class RandomStreamTests
{
    [TestMethod]
    [DataRow(7L)]
    [DataRow(-7L)]
    [DataRow(long.MaxValue)]
    public void A_stream_gives_what_manual_seed_gives(long seed)
    {
        manual_seed(seed).Dispose();
        float[] expected = [Draw(), Draw(), Draw()];
        var stream = new RandomStream(seed);

        CollectionAssert.AreEqual(expected, new[] { stream.Draw(Draw), stream.Draw(Draw), stream.Draw(Draw) });
    }

    [TestMethod]
    public void Its_draws_and_the_callers_go_on_as_if_there_were_no_other()
    {
        var stream = new RandomStream(5);
        float[] alone = [stream.Draw(Draw), stream.Draw(Draw)];
        manual_seed(9).Dispose();
        float[] callers = [Draw(), Draw()];

        manual_seed(9).Dispose();
        stream = new RandomStream(5);
        float[] mixed = [stream.Draw(Draw), Draw(), stream.Draw(Draw), Draw()];

        CollectionAssert.AreEqual(new[] { alone[0], callers[0], alone[1], callers[1] }, mixed);
    }

    [TestMethod]
    public void After_an_exception_both_stand_where_they_stood()
    {
        var stream = new RandomStream(5);
        string before = CallersState.Now();
        byte[] state = stream.State;

        Assert.ThrowsExactly<TimeoutException>(() =>
            stream.Draw<float>(() =>
            {
                Draw();
                throw new TimeoutException();
            })
        );

        Assert.AreEqual(before, CallersState.Now());
        CollectionAssert.AreEqual(state, stream.State);
    }

    [TestMethod]
    public void A_stream_goes_on_from_a_state_that_was_kept()
    {
        var stream = new RandomStream(5);
        stream.Draw(Draw);
        byte[] kept = stream.State;
        float next = stream.Draw(Draw);

        var other = new RandomStream(6) { State = kept };

        Assert.AreEqual(next, other.Draw(Draw));
        Assert.ThrowsExactly<InvalidDataException>(() => other.State = [1, 2, 3]);
    }

    private static float Draw()
    {
        using DisposeScope scope = NewDisposeScope();
        return randn(1).item<float>();
    }
}
