using System.Text.Json;
using Padam.MLNet.Backbones;
using Padam.MLNet.Models;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

[TestClass]
public sealed class ArchitectureTests
{
    [TestMethod]
    [DataRow("vgg11")]
    [DataRow("vgg16")]
    [DataRow("vgg-small")]
    [DataRow("resnet18")]
    [DataRow("resnet50")]
    [DataRow("wrn-16-4")]
    [DataRow("wrn-22-2")]
    [DataRow("wrn-16-4-report")]
    [DataRow("mlnet-resnet18")]
    public void The_weights_of_a_backbone_are_known_by_their_names_and_shapes(string name)
    {
        using var network = Backbone.Parse(name).Build(7);
        var found = Architecture.Of(network.NamedState().ToDictionary(entry => entry.Name, entry => entry.Tensor.shape));
        Assert.AreEqual(name, found.Backbone);
        StringAssert.Contains(found.ToString(), "of 7 classes");
    }

    [TestMethod]
    public void So_are_torchvisions()
    {
        using JsonDocument states = JsonDocument.Parse(File.ReadAllBytes(GoldenNetwork.PathOf("torchvision-states")));
        foreach (JsonProperty state in states.RootElement.EnumerateObject())
        {
            var shapes = state
                .Value.EnumerateArray()
                .ToDictionary(entry => entry[0].GetString()!, entry => entry[1].Deserialize<long[]>()!);
            Assert.AreEqual($"imagenet-{state.Name.Replace("_bn", "")}", Architecture.Of(shapes).Backbone);
        }
    }

    [TestMethod]
    public void A_ResNeXt_and_a_VGG_without_normalisation_are_taken_for_no_backbone()
    {
        Dictionary<string, long[]> resNeXt = new()
        {
            ["conv1.weight"] = [64, 3, 7, 7],
            ["layer1.0.conv1.weight"] = [128, 64, 1, 1],
            ["layer1.0.conv2.weight"] = [128, 4, 3, 3],
            ["layer1.0.conv3.weight"] = [256, 128, 1, 1],
        };
        Assert.IsNull(Architecture.Of(resNeXt).Backbone);
        Dictionary<string, long[]> vgg = new() { ["features.0.weight"] = [64, 3, 3, 3], ["classifier.6.weight"] = [1000, 4096] };
        StringAssert.Contains(Architecture.Of(vgg).ToString(), "without batch normalisation, of 1000 classes: there is no such backbone");
    }

    [TestMethod]
    public void A_weights_file_of_another_network_says_which_backbone_takes_it()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string file = folder["weights.safetensors"];
        using var wide = Backbone.Parse("wrn-10-1").Build(100);
        using var vgg = Backbone.Parse("vgg-small").Build(10);
        Safetensors.Write(file, wide.PlainState().Select(entry => ($"module.{entry.Name}", entry.Tensor)));
        StringAssert.EndsWith(
            Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Load(vgg, file)).Message,
            "It looks like a residual network with a 3x3 stem and basic blocks 1-1-1, of 100 classes: use Backbone.Parse(\"wrn-10-1\")."
        );
        Safetensors.Write(file, [("patch_embed.proj.weight", ones(1)), ("blocks.0.norm1.weight", ones(1))]);
        StringAssert.EndsWith(
            Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Load(vgg, file)).Message,
            "It looks like a network of the parts patch_embed, blocks: there is no such backbone here."
        );
    }
}
