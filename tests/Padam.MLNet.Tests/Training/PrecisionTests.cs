using System.Runtime.InteropServices;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Input;
using Padam.MLNet.Native;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Trainings in bfloat16 and TF32.</summary>
[TestClass]
[DoNotParallelize] // libtorch's switches are the process's.
public sealed class PrecisionTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<(double Loss, double? Validation)> _seen = [];
    private readonly List<string> _warnings = [];

    // Fails when its first row is asked for.
    private IDataView Unread =>
        Rows.View(_mlContext, Enumerable.Range(0, 1).Select(Row<uint, byte[]> (_) => throw new TimeoutException("read")));

    [TestInitialize]
    public void Register()
    {
        LayersNetwork.Register();
        _mlContext.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                _warnings.Add(entry.Message);
        };
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Losses_in_bfloat16_are_float32s_to_its_rounding_and_not_the_same()
    {
        Trained(Options(Precision.Float32));
        (double Loss, double? Validation)[] exact = [.. _seen];
        _seen.Clear();
        Trained(Options(Precision.BFloat16));

        Assert.HasCount(exact.Length, _seen);
        // Rounding to 8 bits, of inputs, weights, outputs and their gradients, in two layers.
        const double tolerance = 4.0 / 256;
        foreach (((double loss, double? validation), (double rounded, double? roundedValidation)) in exact.Zip(_seen))
        {
            Assert.AreEqual(loss, rounded, tolerance * loss);
            Assert.AreEqual(validation!.Value, roundedValidation!.Value, tolerance * validation.Value);
            Assert.AreNotEqual(loss, rounded);
        }

        Assert.IsLessThan(0.8 * exact[0].Loss, exact[^1].Loss, "it learns");
    }

    [TestMethod]
    public void Weights_in_bfloat16_trainings_are_float32_and_finite()
    {
        using ImageClassificationTransformer model = Fit(Options(Precision.BFloat16));
        model.SaveWeights(_folder["weights"], WeightsFormat.Safetensors);

        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor tensor) in Safetensors.Read(_folder["weights"]).Where(entry => !entry.Name.EndsWith("tracked")))
        {
            Assert.AreEqual(ScalarType.Float32, tensor.dtype, name);
            float[] numbers = [.. MemoryMarshal.Cast<byte, float>(tensor.bytes)];
            Assert.IsTrue(numbers.All(float.IsFinite), name);
            Assert.IsFalse(numbers.All(IsBFloat16), $"{name}: the steps were added to float32's");
        }
    }

    [TestMethod]
    public void The_validation_pass_is_in_float32_as_the_models_scores_are()
    {
        ImageClassificationOptions options = Options(Precision.BFloat16);
        using ImageClassificationTransformer model = Fit(options);
        IDataView rows = View();
        double logLoss = _mlContext.MulticlassClassification.Evaluate(model.Transform(rows)).LogLoss;

        Assert.AreEqual(logLoss, _seen[^1].Validation!.Value, 1e-6);
        IReadOnlyList<float[]> scores = TinyImages.Scores(_mlContext, model, rows);
        _mlContext.Model.Save(model, rows.Schema, _folder["model.zip"]);
        ITransformer loaded = _mlContext.Model.Load(_folder["model.zip"], out _);
        TinyImages.AreSame(scores, TinyImages.Scores(_mlContext, loaded, rows));
        ((IDisposable)loaded).Dispose();
    }

    [TestMethod]
    public void A_training_in_bfloat16_resumes_to_the_same_bytes()
    {
        string expected = Trained(Options(Precision.BFloat16));
        foreach (int batch in new[] { 2, 4 })
        {
            ImageClassificationOptions options = Resumed(Precision.BFloat16).CancelledAfter(batch);
            Assert.ThrowsExactly<OperationCanceledException>(() => Trained(options));
        }

        Assert.AreEqual(expected, Trained(Resumed(Precision.BFloat16)));
        Assert.AreNotEqual(expected, Trained(Options(Precision.Float32)));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Trained(Resumed(Precision.Float32))).Message,
            "Compute.Precision was BFloat16 and is not set"
        );
    }

    [TestMethod]
    public void The_log_warns_where_the_processor_has_no_fast_bfloat16_and_of_nothing_else()
    {
        if (!OperatingSystem.IsLinux() || !System.Runtime.Intrinsics.X86.X86Base.IsSupported)
            Assert.Inconclusive("The processor's flags are read as Linux tells them.");
        string[] flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        bool isFast = (flags.Contains("avx512_bf16") || flags.Contains("amx_bf16")) && !OneDnn.IsWrong;
        Trained(Options(Precision.Float32));
        Assert.IsEmpty(_warnings);

        Trained(Options(Precision.BFloat16));

        Assert.AreEqual(!isFast, _warnings.Exists(line => line.Contains("no fast bfloat16", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Of_a_processor_of_which_nothing_is_known_it_warns_too()
    {
        Assert.IsNull(TrainingPrecision.WarningOf(isFast: true));
        StringAssert.Contains(TrainingPrecision.WarningOf(isFast: false), "no fast bfloat16");
        StringAssert.Contains(TrainingPrecision.WarningOf(isFast: null), "is not known: it may take longer than Float32.");
    }

    [TestMethod]
    public void A_network_with_weights_in_other_modules_is_refused_by_the_modules_name_before_an_image_is_read()
    {
        ImageClassificationOptions options = Options(Precision.BFloat16);
        options.Backbone = TinyImages.Backbone;
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Fit(options, Unread)).Message,
            "Compute.Precision is BFloat16, which is for weights in the layers of Padam.MLNet.Layers, and in the backbone 'tiny' 'conv' "
                + "is a Conv2d. Build it of Convolution, Dense and BatchNorm, or use Precision.Float32."
        );
        Backbone.Register("mine", _ => new Watching(() => { }));
        options.Backbone = Backbone.Parse("mine");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Fit(options, Unread)).Message,
            "in the backbone 'mine' it is a Watching."
        );
    }

    [TestMethod]
    public void TF32_on_the_CPU_is_refused_before_an_image_is_read() =>
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Options(Precision.TF32), Unread)).Message,
            "Compute.Precision is TF32, which only GPUs have, and the training is on the CPU. Use Precision.Float32, or set GpuDeviceId."
        );

    [TestMethod]
    public void A_precision_that_is_none_is_refused() =>
        CollectionAssert.AreEqual(
            new[] { "Compute.Precision 7 is not known; use Float32, TF32, BFloat16." },
            Options((Precision)7).Validate().ToArray()
        );

    // As on a GPU: the switches are there without one, and change nothing on the CPU.
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_step_in_TF32_has_libtorchs_switches_on_and_leaves_them_as_they_were(bool fails)
    {
        using DisposeScope scope = NewDisposeScope();
        bool? inside = null;
        using var network = new Watching(() =>
        {
            inside = backends.cuda.matmul.allow_tf32 && backends.cudnn.allow_tf32;
            if (fails)
                throw new TimeoutException();
        });
        ImageClassificationOptions options = Options(Precision.TF32);
        var penalty = new KernelPenalty(network, factor: 0);
        using var metrics = new EachBatchRead(penalty, Communicator.Alone);
        using var step = new TrainingStep(network, CutNetwork.Nowhere(network), options, classes: 2, penalty, metrics, Communicator.Alone);
        using optim.Optimizer optimizer = options.Optimizer.Create([.. network.named_parameters()]);
        string before = CallersState.Now();
        var batch = new TrainingBatch(ones(2, 1, 1, 3), tensor(new long[] { 0, 1 }), Weight: 2);
        void Run() => step.Run(batch, StepPart.Of(0, 1, 1), optimizer);

        if (fails)
            Assert.ThrowsExactly<TimeoutException>(Run);
        else
            Run();

        Assert.IsTrue(inside);
        Assert.AreEqual(before, CallersState.Now());
    }

    private static bool IsBFloat16(float number) => (BitConverter.SingleToUInt32Bits(number) & 0xFFFF) == 0;

    private string Trained(ImageClassificationOptions options) => TinyImages.TrainedHash(_mlContext, options, View());

    private ImageClassificationTransformer Fit(ImageClassificationOptions options, IDataView? rows = null) =>
        _mlContext.Padam().ImageClassifier(options).Fit(rows ?? View());

    private IDataView View() => Rows.View(_mlContext, Rows.Of(60));

    private ImageClassificationOptions Options(Precision precision)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        options.Backbone = Backbone.Parse(LayersNetwork.Name);
        options.Optimizer = new SgdOptions { LearningRate = 0.05 };
        (options.BatchSize, options.Compute) = (20, new() { Precision = precision });
        options.ValidationSet = View();
        options.MetricsCallback = metrics => _seen.Add((metrics.Loss, metrics.ValidationLoss));
        return options;
    }

    private ImageClassificationOptions Resumed(Precision precision)
    {
        ImageClassificationOptions options = Options(precision);
        (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
        return options;
    }

    // Weights of its own, and a word with whoever looks on.
    private sealed class Watching : nn.Module<Tensor, Tensor>
    {
        private readonly Action _look;

        internal Watching(Action look)
            : base(nameof(Watching))
        {
            _look = look;
            register_parameter("weight", new TorchSharp.Modules.Parameter(ones(3, 2)));
        }

        public override Tensor forward(Tensor input)
        {
            _look();
            return input.flatten(1).matmul(get_parameter("weight")!);
        }
    }
}
