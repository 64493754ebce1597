using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Layers;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Training;
using TorchSharp;

namespace Padam.MLNet.Tests.Training;

/// <summary>
/// A training step reads what its device computed in one place, so that the host may run ahead of the device. Read from the compiled code;
/// how often it reads there, <see cref="TrainingOnDeviceTests"/> counts.
/// </summary>
[TestClass]
public sealed class HostReadingTests
{
    private static readonly Assembly Library = typeof(PadamCatalog).Assembly;

    private static readonly CallGraph Graph = new(Library);

    private static readonly MethodBase[] OfInput =
    [
        .. Library.GetTypes().Where(type => type.Namespace == typeof(IBatchImages).Namespace).SelectMany(CompiledCode.Methods),
    ];

    // Members of a tensor that wait for what is computed and bring it to the host.
    private static readonly string[] Readings =
    [
        "item",
        "cpu",
        "data",
        "get_bytes",
        "tolist",
        "allclose",
        "nonzero",
        "masked_select",
        "unique",
        "bincount",
        "clip_grad_norm_",
        "str",
        "print",
        "op_Explicit",
    ];

    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["HostReading.Read(Tensor)"] = "the one place",
        ["DeviceTransfer.Plain(Tensor)"] = "moves to the device",
        ["DeviceTransfer.Pinned(Tensor)"] = "moves to the device",
        ["Buffer.Fill(ReadOnlySpan`1, BatchShare, IBatchInput, Single[], Int32, Int32)"] =
            "fills the host's memory, ahead and on another thread",
        ["Buffer.FillWeights(ReadOnlySpan`1, Single[])"] = "the same",
        ["HostImages.Fill(ReadOnlySpan`1, Int32, Int32)"] = "the same",
        ["DeviceImages.Fill(ReadOnlySpan`1, Int32, Int32)"] = "the same",
        ["GraphBuilder.Constant(String, Tensor)"] = "of an ONNX file: stages say how they are written, and no step asks",
        ["RankState.TakeOfFirst(Communicator, IEnumerable`1)"] = "of many processes, which train on CPUs",
        ["BatchNorm.UpdateRunning(Tensor, Double[])"] = "behind the kernel for maps in the CPU's memory",
    };

    // What runs for each batch on the thread that drives the device; constructors make the delegates that are called there.
    private static readonly MethodBase[] Roots =
    [
        Method(typeof(TrainingStep), nameof(TrainingStep.Run)),
        Method(typeof(AveragedWeights), nameof(AveragedWeights.Update)),
        .. OfInput.Where(method => method is ConstructorInfo || method.Name == "Take"),
        .. Library
            .GetTypes()
            .Where(type => type.IsSubclassOf(typeof(torch.nn.Module)))
            .SelectMany(CompiledCode.Methods)
            .Where(method => method.Name == "forward"),
        Method(typeof(ElementwiseOptimizer<>), "step"),
    ];

    [TestMethod]
    public void Nothing_that_a_step_reaches_reads_from_the_device_but_the_one_method()
    {
        string[] wrong =
        [
            .. Roots
                .Select(root => Graph.Way(root, method => Reads(method) && !Allowed.ContainsKey(CompiledCode.Name(method))))
                .OfType<IReadOnlyList<MethodBase>>()
                .Select(way => string.Join(" > ", way.Select(CompiledCode.Name)))
                .Distinct(),
        ];

        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong));
    }

    [TestMethod]
    public void The_code_is_followed_as_far_as_what_is_allowed_and_readings_elsewhere_are_seen()
    {
        foreach (string allowed in Allowed.Keys)
            Assert.IsTrue(
                Roots.Any(root => Graph.Way(root, method => Reads(method) && CompiledCode.Name(method) == allowed) is not null),
                $"Allowed, and not reached: {allowed}"
            );
        Assert.IsNotNull(Graph.Way(Method(typeof(Validation), nameof(Validation.Measure)), Reads), "which scores on the host");
        Assert.IsTrue(Roots.Any(root => root.DeclaringType == typeof(Convolution)));
    }

    [TestMethod]
    public void A_step_runs_where_there_is_nothing_to_read()
    {
        using var scope = torch.NewDisposeScope();
        // Tensors without memory: who reads one is refused, and who mixes them with the CPU's.
        var nowhere = new torch.Device(DeviceType.META);
        using LabeledImages images = Images();
        ImageClassificationOptions options = Options();
        // libtorch has no convolution there; nor has it what TrivialAugment and mixing take.
        using var network = torch.nn.Sequential(("flat", torch.nn.Flatten()), ("linear", torch.nn.Linear(TinyImages.Bytes, 10)));
        network.PlaceOn(nowhere);
        using torch.optim.Optimizer optimizer = options.Optimizer.Create(network.TrainedParameters());
        var penalty = new KernelPenalty(network, options.KernelL2);
        var device = new DeviceTransfer(nowhere);
        using var metrics = new SumsOnDevice(classes: 10, penalty, device);
        metrics.Begin(new RunningMetrics());
        using var step = new TrainingStep(network, CutNetwork.Nowhere(network), options, classes: 10, penalty, metrics, Communicator.Alone);
        using BatchAssembly batches = Batches(images, options.Augmentation, device);

        int reads = HostReading.CountOf(() =>
        {
            int done = 0;
            foreach (TrainingBatch batch in batches.Epoch(1))
                step.Run(batch, StepPart.Of(done++, batches: 100, accumulated: 2), optimizer);
        });

        Assert.AreEqual(0, reads);
        Assert.Throws<ExternalException>(metrics.Finish, "the sums are there, too, and cannot be read");
    }

    private static ImageClassificationOptions Options() =>
        new()
        {
            Augmentation = new(2, Flip: true)
            {
                Color = new(0.4, 0.4, 0.4),
                Erasing = new(),
                Cutout = new(),
            },
            Compute = new() { AccumulateBatches = 2 },
            Loss = new() { LabelSmoothing = 0.1 },
            GradientClipNorm = 1,
            KernelL2 = 1e-4,
        };

    private static LabeledImages Images() => StoredRows.Of(Rows.View(new MLContext(), Rows.Of(24)));

    private static BatchAssembly Batches(LabeledImages images, Augmentation augmentation, DeviceTransfer device)
    {
        var input = new AugmentedImages(new ImageRows(images), new PixelMap(Normalization.Cifar10, 255), augmentation, seed: 1);
        return new(input, rows => new DeviceImages(input, rows, device), device, 6, seed: 1, weights: new float[24]);
    }

    // The kernels work on the CPU's memory alone.
    private static bool Reads(MethodBase method) =>
        method.DeclaringType!.Namespace != "Padam.MLNet.Kernels" && CompiledCode.Uses(method).OfType<MethodInfo>().Any(IsReading);

    private static bool IsReading(MethodInfo method) =>
        method.DeclaringType?.Assembly == typeof(torch).Assembly
        && (method.Name == "to" ? MovesToADevice(method) : Readings.Contains(method.Name) || MakesAPlainNumber(method));

    private static bool MovesToADevice(MethodInfo method) =>
        method
            .GetParameters()
            .Any(parameter => parameter.ParameterType == typeof(torch.Device) || parameter.ParameterType == typeof(DeviceType));

    // ToSingle, ToDouble, ToInt64, ... of a tensor or a Scalar.
    private static bool MakesAPlainNumber(MethodInfo method) =>
        method.Name.StartsWith("To", StringComparison.Ordinal) && method.ReturnType.IsPrimitive;

    private static MethodInfo Method(Type type, string name) =>
        type.GetMethods(
                BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
            )
            .Single(method => method.Name == name);
}
