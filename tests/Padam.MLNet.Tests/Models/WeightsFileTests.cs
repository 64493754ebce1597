using Padam.MLNet.Backbones;
using Padam.MLNet.Models;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Models;

[TestClass]
public sealed class WeightsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder["weights.safetensors"];

    public void Dispose() => folder.Dispose();

    [TestMethod]
    [DataRow("vgg-small")]
    [DataRow("resnet18")]
    [DataRow("wrn-10-1")]
    public void Scores_survive_the_way_through_a_file_into_a_channels_last_network(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        using var source = Backbone.Parse(name).Build(5);
        using var target = Backbone.Parse(name).Build(5);
        source.ToChannelsLast();
        target.ToChannelsLast();
        Tensor images = randn(4, 3, 16, 16);
        source.forward(images);
        Safetensors.Write(File, source.PlainState());

        Assert.AreEqual(new LoadedWeights(source.PlainState().Count), WeightsFile.Load(target, File));
        source.eval();
        target.eval();
        Assert.IsTrue(source.forward(images).equal(target.forward(images)).all().item<bool>());
    }

    [TestMethod]
    [DataRow("module.")]
    [DataRow("_orig_mod.")]
    [DataRow("model.")]
    [DataRow("backbone.")]
    [DataRow("module._orig_mod.")]
    [DataRow("state_dict.anything at all.")]
    public void What_all_names_begin_with_is_taken_off_and_told(string prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = Backbone.Parse("wrn-10-1").Build(5);
        using var target = Backbone.Parse("wrn-10-1").Build(5);
        Safetensors.Write(File, source.PlainState().Select(entry => (prefix + entry.Name, entry.Tensor)));

        Assert.AreEqual(prefix, WeightsFile.Load(target, File).Prefix);
        AssertEqual(source, target, except: "");
    }

    [TestMethod]
    public void What_the_networks_own_names_begin_with_stays()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module Wrapped() => nn.Sequential(("model", nn.Sequential(("linear", nn.Linear(3, 4)))));
        using nn.Module source = Wrapped();
        using nn.Module target = Wrapped();
        Safetensors.Write(File, source.PlainState());

        Assert.AreEqual("", WeightsFile.Load(target, File).Prefix);
        AssertEqual(source, target, except: "");
    }

    [TestMethod]
    public void Names_of_which_some_lack_the_prefix_are_refused_as_they_are()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("vgg-small").Build(5);
        Safetensors.Write(File, network.PlainState().Select((entry, i) => (i == 3 ? entry.Name : "model." + entry.Name, entry.Tensor)));

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Load(network, File)).Message,
            "\"features.0.weight\" is missing"
        );
    }

    [TestMethod]
    [DataRow("module.")]
    [DataRow("module._orig_mod.")]
    [DataRow("model.backbone.")]
    public void Names_lose_what_is_common_to_all_and_batch_counters_may_be_missing(string prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = Backbone.Parse("vgg-small").Build(5);
        using var target = Backbone.Parse("vgg-small").Build(5);
        Safetensors.Write(
            File,
            source
                .PlainState()
                .Where(entry => !entry.Name.EndsWith("num_batches_tracked"))
                .Select(entry => (prefix + entry.Name, entry.Tensor))
        );
        LoadedWeights loaded = WeightsFile.Load(target, File);
        AssertEqual(source, target, except: "");
        Assert.AreEqual(prefix, loaded.Prefix);
        StringAssert.Contains(loaded.Describe(File, 5), $"whose names all begin with {prefix}");
    }

    [TestMethod]
    public void A_file_that_ends_before_the_last_layer_leaves_it_fresh_and_says_so()
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = Backbone.Parse("vgg-small").Build(5);
        using var target = Backbone.Parse("vgg-small").Build(5);
        Safetensors.Write(File, source.PlainState().Where(entry => !entry.Name.StartsWith("classifier")));
        LoadedWeights loaded = WeightsFile.Load(target, File);
        AssertEqual(source, target, except: "classifier");
        StringAssert.Contains(loaded.Describe(File, 5), "it has no last layer, so the layer classifier starts afresh");
    }

    [TestMethod]
    public void Another_number_of_classes_keeps_the_fresh_last_layer_and_says_so()
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = Backbone.Parse("wrn-10-1").Build(100);
        using var target = Backbone.Parse("wrn-10-1").Build(10);
        Safetensors.Write(File, source.PlainState());
        Tensor fresh = target.state_dict()["fc.weight"].clone();
        LoadedWeights loaded = WeightsFile.Load(target, File);
        Assert.AreEqual("fc", loaded.FreshLayer);
        Assert.AreEqual(100, loaded.FileClasses);
        Assert.AreEqual(source.PlainState().Count - 2, loaded.Loaded);
        Assert.IsTrue(fresh.equal(target.state_dict()["fc.weight"]).all().item<bool>());
        AssertEqual(source, target, except: "fc.");
    }

    [TestMethod]
    public void A_missing_an_extra_and_a_misshapen_tensor_are_named_and_nothing_is_loaded()
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = Backbone.Parse("vgg-small").Build(5);
        using var target = Backbone.Parse("vgg-small").Build(5);
        using var untouched = Backbone.Parse("vgg-small").Build(5);
        var state = source.PlainState();
        Safetensors.Write(folder["before"], target.PlainState());
        WeightsFile.Load(untouched, folder["before"]);

        Refused(state.Where(entry => entry.Name != "features.4.weight"), "\"features.4.weight\" is missing");
        Refused(state.Append(("features.99.weight", ones(1))), "\"features.99.weight\" has no place");
        Refused(
            state.Select(entry => entry.Name == "features.4.weight" ? (entry.Name, ones(128, 64, 5, 5)) : entry),
            "\"features.4.weight\" has the shape [128, 64, 5, 5] and not [128, 64, 3, 3]"
        );
        Refused(
            state.Select(entry => entry.Name == "classifier.weight" ? (entry.Name, ones(5, 77)) : entry),
            "\"classifier.weight\" has the shape [5, 77]"
        );
        Refused(
            state.Select(entry => entry.Name == "features.0.bias" ? (entry.Name, ones(64, int64)) : entry),
            "\"features.0.bias\" is I64"
        );
        AssertEqual(untouched, target, except: "");

        void Refused(IEnumerable<(string, Tensor)> tensors, string expected)
        {
            Safetensors.Write(File, tensors);
            string message = Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Load(target, File)).Message;
            StringAssert.Contains(message, expected);
            StringAssert.Contains(message, File);
        }
    }

    private static void AssertEqual(nn.Module expected, nn.Module actual, string except)
    {
        foreach (((string name, Tensor one), (_, Tensor other)) in expected.PlainState().Zip(actual.PlainState()))
            if (except.Length == 0 || !name.StartsWith(except))
                Assert.IsTrue(one.equal(other).all().item<bool>(), name);
    }
}
