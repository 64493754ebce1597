using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using PureHDF;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class KerasWeightsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder["model.h5"];

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public void Weights_are_numbered_layer_by_layer_in_the_order_and_axes_of_Keras()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        using var network = Backbone.Parse("vgg-small").Build(7);
        network.ToChannelsLast();
        network.forward(randn(4, 3, 8, 8));
        KerasWeights.Write(File, network.PlainState());

        Dictionary<string, Tensor> state = network.state_dict();
        string[] expected =
        [
            .. new[] { 0, 4, 8 }.SelectMany(index =>
                new[]
                {
                    $"features.{index}.weight",
                    $"features.{index}.bias",
                    $"features.{index + 1}.weight",
                    $"features.{index + 1}.bias",
                    $"features.{index + 1}.running_mean",
                    $"features.{index + 1}.running_var",
                }
            ),
            "classifier.weight",
            "classifier.bias",
        ];
        using var file = H5File.OpenRead(File);
        CollectionAssert.AreEquivalent(
            Enumerable.Range(0, expected.Length).Select(i => $"weight{i}").ToArray(),
            file.Children().Select(child => child.Name).ToArray()
        );
        for (int i = 0; i < expected.Length; i++)
        {
            IH5Dataset dataset = file.Dataset($"weight{i}");
            Tensor weight = state[expected[i]];
            Tensor keras = weight.dim() switch
            {
                4 => weight.permute(2, 3, 1, 0),
                2 => weight.t(),
                _ => weight,
            };
            CollectionAssert.AreEqual(keras.shape, dataset.Space.Dimensions.Select(side => (long)side).ToArray(), expected[i]);
            CollectionAssert.AreEqual(keras.contiguous().data<float>().ToArray(), dataset.Read<float[]>(), expected[i]);
        }
    }

    [TestMethod]
    public void The_same_weights_give_the_same_bytes_and_no_other_file_is_left()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("wrn-10-1").Build(10);
        KerasWeights.Write(File, network.PlainState());
        byte[] first = System.IO.File.ReadAllBytes(File);
        KerasWeights.Write(File, network.PlainState());
        CollectionAssert.AreEqual(first, System.IO.File.ReadAllBytes(File));
        CollectionAssert.AreEqual(new[] { "model.h5" }, folder.Files);
    }
}
