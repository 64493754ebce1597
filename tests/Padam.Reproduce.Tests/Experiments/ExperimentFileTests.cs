using System.Text;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;

namespace Padam.Reproduce.Tests.Experiments;

[TestClass]
public sealed class ExperimentFileTests
{
    private const string Good = """
        {
          "title": "Two optimizers",
          "dataSets": ["cifar10"],
          "backbones": ["vgg16"],
          "epochs": 10,
          "milestones": [5],
          "series": [
            { "name": "a", "optimizer": "padam", "partial": 0.25 },
            { "name": "b", "optimizer": "sgd" }
          ],
          "figures": ["test-error"]
        }
        """;

    private static Experiment Parse(string json) => ExperimentFile.Parse(Encoding.UTF8.GetBytes(json), "mine.json");

    [TestMethod]
    public void Every_shipped_experiment_can_be_read()
    {
        CollectionAssert.IsSubsetOf(
            new[]
            {
                "table2",
                "table3",
                "figure2",
                "figure3",
                "figure4",
                "figure5",
                "figure6",
                "figure7",
                "figure8",
                "p-schedule",
                "padamw",
                "fast-network-rates",
                "fast-network",
            },
            ExperimentFile.ShippedNames.ToArray()
        );
        foreach (string name in ExperimentFile.ShippedNames)
            Assert.AreEqual(name, ExperimentFile.Shipped(name).Name);
    }

    [TestMethod]
    public void A_file_of_the_users_own_is_an_experiment_of_its_name()
    {
        Experiment experiment = Parse(Good);
        Assert.AreEqual("mine", experiment.Name);
        Assert.AreEqual(
            0.25,
            experiment.Series[0].Settings().Options() is Padam.MLNet.Optimizers.PadamOptions padam ? padam.Partial : double.NaN
        );
    }

    [TestMethod]
    [DataRow("Two optimizers", " ", "line 2: The title is empty.")]
    [DataRow("\"epochs\": 10", "\"epochs\": 0", "line 5: epochs is 0; it must be 1 or more.")]
    [DataRow("\"epochs\": 10", "\"epochs\": 10, \"heldOut\": 0", "line 5: heldOut is 0; it must be above 0 and at most 0.5.")]
    [DataRow("[\"cifar10\"]", "[]", "line 3: dataSets is empty.")]
    [DataRow("[\"vgg16\"]", "[]", "line 4: backbones is empty.")]
    [DataRow("[5]", "[0]", "line 6: The milestone 0")]
    [DataRow("[5]", "[5, 5]", "line 6: The milestone 5")]
    [DataRow("\"figures\"", "\"accuracyAtEpochs\": [10, 11], \"figures\"", "line 11: Epoch 11 is not among the 10.")]
    [DataRow("\"figures\"", "\"accuracyAtEpochs\": [1, 0], \"figures\"", "line 11: Epoch 0 is not among the 10.")]
    [DataRow("\"name\": \"b\"", "\"name\": \"\"", "line 9: The series has no name.")]
    [DataRow("\"sgd\"", "\"sgd\", \"gamma\": 0", "line 9: gamma is 0; it must be above 0 and at most 1.")]
    [DataRow("\"sgd\"", "\"sgd\", \"gamma\": 1.5", "line 9: gamma is 1.5; it must be above 0 and at most 1.")]
    [DataRow("\"sgd\"", "\"sgd\", \"partialDecay\": { \"kind\": \"linear\", \"to\": 0 }", "line 9: Only padam has a p to decay.")]
    [DataRow("0.25", "0.25, \"partialDecay\": { \"kind\": \"sudden\", \"to\": 0.5 }", "line 8: The decay of p 'sudden' is not known:")]
    [DataRow("0.25", "0.25, \"partialDecay\": { \"kind\": \"linear\", \"to\": 1.5 }", "line 8: p cannot decay to 1.5 times itself;")]
    [DataRow("0.25", "0.25, \"partialDecay\": { \"kind\": \"linear\", \"to\": -1 }", "line 8: p cannot decay to -1 times itself;")]
    [DataRow("\"vgg16\"", "\"vgg17\"", "line 4: Backbone \"vgg17\" is not known")]
    [DataRow("\"cifar10\"", "\"mnist\"", "line 3: There is no data set 'mnist'")]
    [DataRow("[5]", "[5, 10]", "line 6: The milestone 10")]
    [DataRow("\"sgd\"", "\"sgd\", \"partial\": 0.1", "line 9: The settings of sgd cannot be used. Only padam has a partial.")]
    [DataRow("\"name\": \"b\"", "\"name\": \"a\"", "line 9: There are two series 'a'")]
    [DataRow("0.25", "0.75", "line 8: The settings of padam cannot be used. Partial")]
    [DataRow("0.25", "0.25, \"partialDecay\": { \"kind\": \"step\", \"to\": 0 }", "line 8: p cannot fall to 0 in a step")]
    [DataRow("\"test-error\"", "\"accuracy\"", "line 11: There is no figure 'accuracy'")]
    [DataRow("\"epochs\": 10", "\"epochs\": 10, \"heldOut\": 0.6", "line 5: heldOut is 0.6; it must be above 0 and at most 0.5.")]
    [DataRow("\"epochs\": 10", "\"epochs\": 10, \"recipe\": \"airbench\"", "line 5: There is no recipe 'airbench' for experiments.")]
    [DataRow(
        "\"sgd\"",
        "\"sgd\", \"learningRate\": 1, \"learningRateFrom\": \"fast-network-rates\"",
        "line 9: learningRate and learningRateFrom exclude each other."
    )]
    [DataRow("\"sgd\"", "\"sgd\", \"learningRateFrom\": \"table9\"", "line 9: learningRateFrom: there is no experiment 'table9'.")]
    [DataRow("\"sgd\"", "\"yogi\", \"learningRateFrom\": \"fast-network-rates\"", "line 9: learningRateFrom: fast-network-rates tries no")]
    [DataRow(
        "\"sgd\"",
        "\"sgd\", \"learningRateFrom\": \"fast-network-rates\"",
        "line 9: learningRateFrom: fast-network-rates is for airbench94 on cifar10 alone."
    )]
    [DataRow("\"epochs\": 10", "\"epochs\": \"ten\"", "line 5:")]
    [DataRow("\"epochs\": 10", "\"epoch\": 10", "line 5:")]
    [DataRow("\"epochs\": 10,", "\"epochs\": 10", "line 6:")]
    [DataRow("[\"cifar10\"]", "[\"cifar10\", \"cifar100\", \"cifar10\"]", "line 3: 'cifar10' stands twice in dataSets")]
    [DataRow("[\"vgg16\"]", "[\"vgg16\",\n \"VGG16\"]", "line 5: 'vgg16' stands twice in backbones")]
    [DataRow("[\"test-error\"]", "[\"test-error\", \"test-error\"]", "line 11: 'test-error' stands twice in figures")]
    [DataRow("\"figures\"", "\"accuracyAtEpochs\": [5, 5], \"figures\"", "line 11: '5' stands twice in accuracyAtEpochs")]
    [DataRow("{ \"name\": \"b\", \"optimizer\": \"sgd\" }", "null", "line 9: An entry of series is null")]
    [DataRow("[\"cifar10\"]", "[null]", "line 3: An entry of dataSets is null")]
    [DataRow("[\"vgg16\"]", "[null]", "line 4: An entry of backbones is null")]
    [DataRow("[\"test-error\"]", "[null]", "line 11: An entry of figures is null")]
    [DataRow("[5]", "null", "line 6:")]
    [DataRow("\"vgg16\"", "\"wrn-\u0661\u0666-\u0664\"", "line 4: Backbone")]
    public void A_fault_is_said_with_its_line(string was, string becomes, string said)
    {
        string message = Assert.ThrowsExactly<CommandException>(() => Parse(Good.Replace(was, becomes, StringComparison.Ordinal))).Message;
        StringAssert.StartsWith(message, "mine.json, " + said);
    }

    [TestMethod]
    public void One_without_series_is_refused()
    {
        string none = string.Concat(
            Good.AsSpan(0, Good.IndexOf('{', 1)),
            "],",
            Good.AsSpan(Good.IndexOf("\"figures\"", StringComparison.Ordinal))
        );
        StringAssert.StartsWith(Assert.ThrowsExactly<CommandException>(() => Parse(none)).Message, "mine.json, line 7: series is empty.");
    }

    [TestMethod]
    public void A_byte_order_mark_before_the_text_does_no_harm()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["mine.json"], Good, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.AreEqual("mine", ExperimentFile.Read(folder["mine.json"]).Name);

        File.WriteAllText(folder["mine.json"], Good.Replace("vgg16", "vgg17", StringComparison.Ordinal), Encoding.UTF8);
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => ExperimentFile.Read(folder["mine.json"])).Message, "line 4:");
    }

    [TestMethod]
    [DataRow("table2.json", "own-table2")]
    [DataRow("Figure4.JSON", "own-Figure4")]
    [DataRow("mine.json", "mine")]
    public void A_file_that_is_named_as_a_shipped_experiment_is_another(string file, string name)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder[file], Good);
        Assert.AreEqual(name, ExperimentFile.Read(folder[file]).Name);
    }

    [TestMethod]
    public void What_is_no_file_is_said()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["mine.json"]);
        StringAssert.Contains(
            Assert.ThrowsExactly<CommandException>(() => ExperimentFile.Read(folder["mine.json"])).Message,
            "is a folder"
        );
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => ExperimentFile.Read(folder["none.json"])).Message, "no file");
        foreach (string content in new[] { "", " ", "null", "[]", "7", "\"x\"", "{}", "\u0000" })
        {
            File.WriteAllText(folder["some.json"], content);
            StringAssert.StartsWith(
                Assert.ThrowsExactly<CommandException>(() => ExperimentFile.Read(folder["some.json"])).Message,
                folder["some.json"] + ", line 1:"
            );
        }
    }

    [TestMethod]
    public void A_missing_property_is_named()
    {
        StringAssert.Contains(
            Assert.ThrowsExactly<CommandException>(() => Parse(Good.Replace("\"milestones\": [5],", "", StringComparison.Ordinal))).Message,
            "milestones"
        );
    }
}
