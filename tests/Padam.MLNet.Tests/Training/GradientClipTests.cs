using Padam.MLNet.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Clipped gradients have torch's own bytes.</summary>
[TestClass]
public sealed class GradientClipTests
{
    [TestMethod]
    [DataRow(0.5, 1f)]
    [DataRow(3, 1f)]
    [DataRow(1e6, 1f, DisplayName = "below the norm")]
    [DataRow(1, 0f, DisplayName = "no gradient at all")]
    [DataRow(1, float.NaN, DisplayName = "no number")]
    public void They_are_those_of_clip_grad_norm(double norm, float scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter[] expected = Parameters(),
            actual = Parameters();

        nn.utils.clip_grad_norm_(expected, norm);
        GradientClip.Apply(actual, norm, Communicator.Alone);

        foreach ((Parameter one, Parameter other) in expected.Zip(actual).SkipLast(1))
            CollectionAssert.AreEqual(one.grad!.bytes.ToArray(), other.grad!.bytes.ToArray());
        Assert.IsNull(actual[^1].grad, "what has no gradient gets none");

        Parameter[] Parameters()
        {
            using var generator = new Generator(3, CPU);
            return [.. new long[] { 7, 1, 300, 0 }.Select(length => Made(length, generator))];
        }

        Parameter Made(long length, Generator generator)
        {
            var parameter = new Parameter(zeros(length));
            if (length > 0)
                parameter.grad = randn([length], generator: generator) * scale;
            return parameter;
        }
    }

    [TestMethod]
    public void Nothing_to_clip_is_left_alone() => GradientClip.Apply([new Parameter(zeros(3))], 1, Communicator.Alone);
}
