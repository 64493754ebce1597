using Microsoft.ML;

namespace Padam.MLNet.Tests.Data;

/// <summary>Data and checkpoints behind symbolic links, as on machines where they lie on another disk.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class LinkTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new(),
        _disk = new();

    [TestCleanup]
    public void Delete()
    {
        _folder.Dispose();
        _disk.Dispose();
    }

    [TestMethod]
    public void Records_behind_a_link_are_read()
    {
        TinyImages.Write(_disk.Path);
        foreach (string file in _disk.Files)
            File.CreateSymbolicLink(_folder[file], _disk[file]);

        Assert.AreEqual(200, _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Train).GetRowCount());
    }

    [TestMethod]
    public void A_checkpoint_behind_a_link_is_resumed_and_written_where_it_lies()
    {
        IDataView data = Rows.View(_mlContext, Rows.Of(60));
        using var source = new CancellationTokenSource();
        ImageClassificationOptions options = TinyImages.Options(epochs: 3);
        (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
        (options.CancellationToken, options.ProgressCallback) = (source.Token, _ => source.Cancel());
        Assert.ThrowsExactly<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(data));
        string link = _folder["checkpoint/checkpoint.zip"],
            target = _disk["on another disk.zip"];
        File.Move(link, target);
        File.CreateSymbolicLink(link, target);
        byte[] before = File.ReadAllBytes(target);

        (options.CancellationToken, options.ProgressCallback) = (default, null);
        _mlContext.Padam().ImageClassifier(options).Fit(data).Dispose();

        Assert.IsNotNull(new FileInfo(link).LinkTarget, "the link stays");
        CollectionAssert.AreNotEqual(before, File.ReadAllBytes(target));
        CollectionAssert.AreEqual(new[] { "on another disk.zip" }, _disk.Files);
    }

    [TestMethod]
    public void A_model_and_weights_behind_links_are_verified_and_loaded()
    {
        IDataView data = Rows.View(_mlContext, Rows.Of(40));
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        using (ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data))
        {
            _mlContext.Model.Save(model, null, _disk["model.zip"]);
            model.SaveWeights(_disk["weights"], WeightsFormat.Safetensors);
        }

        File.CreateSymbolicLink(_folder["model.zip"], _disk["model.zip"]);
        File.CreateSymbolicLink(_folder["weights"], _disk["weights"]);

        Assert.AreEqual(10, ModelFile.Verify(_folder["model.zip"]).Classes);
        (options.InitialWeights, options.Epochs) = (_folder["weights"], 0);
        _mlContext.Padam().ImageClassifier(options).Fit(data).Dispose();
    }
}
