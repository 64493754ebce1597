using System.Text.Json;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

[TestClass]
public sealed class BackboneTests
{
    [TestMethod]
    [DataRow("vgg11", 9_231_114)]
    [DataRow("vgg13", 9_416_010)]
    [DataRow("vgg19", 20_040_522)]
    [DataRow("vgg-small", 374_282)]
    [DataRow("resnet34", 21_282_122)]
    [DataRow("resnet50", 23_520_842)]
    [DataRow("resnet101", 42_512_970)]
    [DataRow("resnet152", 58_156_618)]
    [DataRow("wrn-16-4", 2_777_674)]
    [DataRow("wrn-16-4-report", 1_285_258)]
    public void Networks_have_the_known_number_of_parameters(string name, long count)
    {
        using var network = Backbone.Parse(name).Build(10);
        Assert.AreEqual(count, network.parameters().Sum(parameter => parameter.numel()));
    }

    [TestMethod]
    [DataRow("vgg11", 32)]
    [DataRow("vgg-small", 8)]
    [DataRow("resnet18", 8)]
    [DataRow("resnet50", 8)]
    [DataRow("wrn-10-1", 4)]
    [DataRow("wrn-16-4-report", 4)]
    [DataRow("airbench94", 9)]
    [DataRow("imagenet-resnet18", 32)]
    [DataRow("imagenet-vgg11", 32)]
    public void Any_image_from_the_minimum_size_on_gives_logits_and_a_smaller_one_is_refused_by_name(string name, int minimum)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        Backbone backbone = Backbone.Parse(name);
        Assert.AreEqual(minimum, backbone.MinimumSize);
        using var network = backbone.Build(7);
        network.eval();
        foreach ((int height, int width) in new[] { (minimum, minimum), (32, 33), (64, 64), (37, 224) })
            CollectionAssert.AreEqual(new long[] { 2, 7 }, network.forward(rand(2, 3, height, width)).shape);

        string message = Assert.ThrowsExactly<ArgumentException>(() => network.forward(rand(2, 3, 64, minimum - 1))).Message;
        StringAssert.Contains(message, name);
        StringAssert.Contains(message, $"{minimum}x{minimum}");
        Assert.ThrowsExactly<ArgumentException>(() => backbone.CheckImageSize(minimum - 1, 64));
        backbone.CheckImageSize(minimum, minimum);
    }

    [TestMethod]
    public void State_names_are_those_of_PyTorch()
    {
        using var network = Backbone.Parse("wrn-10-2").Build(10);
        string[] block = ["conv1.weight", .. Norm("bn1"), "conv2.weight", .. Norm("bn2")];
        string[] expected =
        [
            "conv1.weight",
            .. Norm("bn1"),
            .. block.Select(name => $"layer1.0.{name}"),
            .. new[] { "layer2.0.", "layer3.0." }.SelectMany(prefix =>
                block.Concat(["downsample.0.weight", .. Norm("downsample.1")]).Select(name => prefix + name)
            ),
            "fc.weight",
            "fc.bias",
        ];
        CollectionAssert.AreEqual(expected, network.PlainState().Select(entry => entry.Name).ToArray());

        static string[] Norm(string name) =>
            [$"{name}.weight", $"{name}.bias", $"{name}.running_mean", $"{name}.running_var", $"{name}.num_batches_tracked"];
    }

    [TestMethod]
    public void An_unknown_name_is_answered_with_the_names_and_the_nearest()
    {
        string message = Assert.ThrowsExactly<ArgumentException>(() => Backbone.Parse("resnet-18")).Message;
        StringAssert.Contains(message, "Did you mean resnet18?");
        foreach (string name in Backbone.Names)
            StringAssert.Contains(message, name);
    }

    [TestMethod]
    public void Names_are_found_whatever_their_case() => Assert.AreEqual("wrn-28-10", Backbone.Parse("WRN-28-10").Name);

    [TestMethod]
    [DataRow("wrn-17-4")]
    [DataRow("wrn-4-4")]
    public void A_wide_network_of_another_depth_is_refused_with_the_rule(string name) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Backbone.Parse(name)).Message, "6n+4");

    [TestMethod]
    [DataRow("wrn-\u0661\u0666-\u0664", DisplayName = "Arabic digits")]
    [DataRow("wrn-\uff11\uff16-\uff14", DisplayName = "wide digits")]
    [DataRow("resnet\u0661\u0668", DisplayName = "Arabic digits in a fixed name")]
    public void Digits_of_other_scripts_are_no_network(string name) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Backbone.Parse(name)).Message, "is not known");

    [TestMethod]
    public void A_registered_network_parses_by_its_name_and_is_replaced_by_registering_again()
    {
        const string name = "tests-own";
        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidOperationException>(() => Backbone.BuildOfModel(name, new(), 5, mostNumbers: 1000, "model.zip"))
                .Message,
            $"Backbone.Register(\"{name}\""
        );
        Backbone.Register(name, classes => nn.Sequential(nn.Flatten(), nn.Linear(12, classes)));
        Backbone.Register(name, classes => nn.Sequential(nn.Flatten(), nn.Linear(48, classes)));
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.BuildOfModel(name, new(), 5, mostNumbers: 1000, "model.zip");
        CollectionAssert.AreEqual(new long[] { 2, 5 }, network.forward(rand(2, 3, 4, 4)).shape);
        Assert.Contains(name, Backbone.Names);
    }

    [TestMethod]
    public void A_registered_network_works_with_every_optimisation_of_the_built_in_ones()
    {
        Backbone.Register(
            "tests-convolution",
            classes =>
                nn.Sequential(
                    nn.Conv2d(3, 4, 3),
                    nn.BatchNorm2d(4),
                    nn.ReLU(),
                    nn.AdaptiveAvgPool2d(1),
                    nn.Flatten(),
                    nn.Linear(4, classes)
                )
        );
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse("tests-convolution").Build(3);
        network.eval();
        Tensor images = rand(2, 3, 8, 8),
            before = network.forward(images);
        network.ToChannelsLast();
        network.Fold();
        Assert.IsTrue(network.forward(images).equal(before).all().item<bool>());
        network.Unfold();
        Assert.HasCount(9, network.PlainState());
    }

    [TestMethod]
    [DataRow("vgg16")]
    [DataRow("wrn-22-3")]
    [DataRow("WRN-16-4-REPORT")]
    public void A_built_in_name_cannot_be_registered(string name) =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Backbone.Register(name, _ => nn.Identity())).Message, name);

    [TestMethod]
    public void A_registered_network_takes_no_settings()
    {
        Backbone.Register("tests-settings", _ => nn.Identity());
        Assert.ThrowsExactly<NotSupportedException>(() => Backbone.Parse("tests-settings").With(new() { BatchNormEpsilon = 1 }));
    }

    [TestMethod]
    public void Settings_survive_json_with_the_initialisation_by_name()
    {
        BackboneSettings settings = new()
        {
            Initialization = Initialization.VarianceScaling,
            BatchNormMomentum = 0.003,
            BatchNormEpsilon = 1e-3,
        };
        string json = JsonSerializer.Serialize(settings);
        StringAssert.Contains(json, "\"VarianceScaling\"");
        Assert.AreEqual(settings, JsonSerializer.Deserialize<BackboneSettings>(json));
    }

    [TestMethod]
    public void Settings_out_of_range_are_refused()
    {
        Backbone backbone = Backbone.Parse("vgg-small");
        Assert.ThrowsExactly<ArgumentException>(() => backbone.With(new() { BatchNormMomentum = 0 }));
        Assert.ThrowsExactly<ArgumentException>(() => backbone.With(new() { BatchNormEpsilon = double.NaN }));
        Assert.ThrowsExactly<ArgumentException>(() => backbone.With(new() { Initialization = (Initialization)9 }));
        string both = Assert
            .ThrowsExactly<ArgumentException>(() => backbone.With(new() { BatchNormMomentum = 2, BatchNormEpsilon = 0 }))
            .Message;
        StringAssert.Contains(both, "BatchNormMomentum is 2");
        StringAssert.Contains(both, "BatchNormEpsilon is 0");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => backbone.Build(0));
    }

    [TestMethod]
    [DataRow("vgg-small")]
    [DataRow("resnet50")]
    [DataRow("wrn-16-4-report")]
    public void A_network_moved_to_another_type_scores_and_trains_there(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = Backbone.Parse(name).Build(10);
        Tensor images = randn(4, 3, 16, 16),
            single = network.forward(images);
        network.to(float64);
        Tensor moved = network.forward(images.to(float64));
        Assert.IsTrue(moved.allclose(single.to(float64), rtol: 1e-3, atol: 1e-3 * single.abs().max().item<float>()));
        moved.sum().backward();
        foreach ((string parameterName, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            Assert.AreEqual(float64, parameter.grad?.dtype, parameterName);
        network.ToChannelsLast();
        network.eval();
        network.Fold();
        Assert.AreEqual(float64, network.forward(images.to(float64)).dtype);
    }

    [TestMethod]
    public void Batch_normalisation_takes_the_settings_constants()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = randn(4, 3, 5, 5) * 2 + 1,
            mean = map.mean([0, 2, 3]),
            variance = map.var([0, 2, 3], unbiased: false);
        using BatchNorm norm = new BackboneSettings { BatchNormMomentum = 0.25, BatchNormEpsilon = 0.5 }.BatchNorm(3);
        Tensor expected = (map - mean.view(1, 3, 1, 1)) / (variance + 0.5).sqrt().view(1, 3, 1, 1);
        Assert.IsTrue(norm.forward(map).allclose(expected, atol: 1e-5));
        Assert.IsTrue(norm.RunningMean.allclose(mean * 0.25, atol: 1e-6));
        Assert.AreEqual(1, norm.BatchesTracked.item<long>());
    }
}
