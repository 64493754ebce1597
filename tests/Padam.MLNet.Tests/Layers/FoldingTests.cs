using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Layers;

[TestClass]
public sealed class FoldingTests
{
    [TestMethod]
    [DataRow("vgg-small")]
    [DataRow("resnet50")]
    [DataRow("wrn-10-1")]
    [DataRow("wrn-16-4-report")]
    public void A_folded_network_scores_the_same_and_its_state_is_untouched(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        using var network = Backbone.Parse(name).With(new()).Build(10);
        Tensor images = randn(4, 3, 16, 16);
        network.forward(images).Dispose(); // moves the running statistics off their start
        network.eval();
        Tensor unfolded = network.forward(images);
        byte[] before = Bytes(network);

        network.Fold();
        Tensor folded = network.forward(images);
        Assert.IsTrue(folded.allclose(unfolded, rtol: 1e-4, atol: 1e-4 * unfolded.abs().max().item<float>()));
        Assert.IsFalse(folded.equal(unfolded).all().item<bool>(), "Bit for bit the same: nothing was folded.");
        CollectionAssert.AreEqual(before, Bytes(network));

        network.Unfold();
        Assert.IsTrue(network.forward(images).equal(unfolded).all().item<bool>());
    }

    [TestMethod]
    public void Training_mode_unfolds()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("vgg-small").Build(10);
        network.eval();
        network.Fold();
        network.train();
        network.forward(randn(2, 3, 8, 8)).sum().backward();
        Assert.IsTrue(network.parameters().All(parameter => parameter.grad is not null));
        Assert.ThrowsExactly<InvalidOperationException>(network.Fold);
    }

    [TestMethod]
    public void A_layer_that_two_pairs_name_is_refused_before_scores_go_wrong()
    {
        using var network = new OneConvolutionForTwo();
        network.eval();
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(network.Fold).Message, "name a layer twice");
    }

    private sealed class OneConvolutionForTwo : nn.Module<Tensor, Tensor>, IFoldable
    {
        private readonly Convolution _convolution = new(3, 8, 3);
        private readonly BatchNorm _first = new(8),
            _second = new(8);

        public OneConvolutionForTwo()
            : base(nameof(OneConvolutionForTwo)) => RegisterComponents();

        public IEnumerable<(Convolution Convolution, BatchNorm Norm)> Pairs => [(_convolution, _first), (_convolution, _second)];

        public override Tensor forward(Tensor input) => _second.forward(_first.After(_convolution, input));
    }

    private static byte[] Bytes(nn.Module network) => [.. network.PlainState().SelectMany(entry => entry.Tensor.bytes.ToArray())];
}
