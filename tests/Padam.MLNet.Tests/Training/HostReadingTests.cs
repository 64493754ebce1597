using System.Reflection;
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
        ["Buffer.Fill(ReadOnlySpan`1, IBatchInput, Single[], Int32, Int32)"] = "fills the host's memory, ahead and on another thread",
        ["Buffer.FillWeights(ReadOnlySpan`1, Single[])"] = "the same",
        ["HostImages.Fill(ReadOnlySpan`1, Int32, Int32)"] = "the same",
        ["DeviceImages.Fill(ReadOnlySpan`1, Int32, Int32)"] = "the same",
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
