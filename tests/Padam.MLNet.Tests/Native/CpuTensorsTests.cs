using System.Reflection;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public class CpuTensorsTests
{
    // Members of TorchSharp that take the process's default type or device where they are given none, and why their calls do no harm.
    private static readonly Dictionary<string, string> Allowed = new()
    {
        [nameof(empty_like)] = "takes both from the other tensor",
        [nameof(empty_strided)] = "is given those of a weight",
        [nameof(nn.Linear)] = "is given float32 and the CPU",
    };

    [TestMethod]
    public void No_tensor_is_left_to_the_defaults_of_the_process()
    {
        string[] left =
        [
            .. typeof(PadamCatalog)
                .Assembly.GetTypes()
                .Where(type => type != typeof(CpuTensors))
                .SelectMany(CompiledCode.Methods)
                .SelectMany(from => CompiledCode.Uses(from).OfType<MethodInfo>().Where(TakesDefaults).Select(to => (from, to)))
                .Where(call => !Allowed.ContainsKey(call.to.Name))
                .Select(call => $"{CompiledCode.Name(call.from)}: {CompiledCode.Name(call.to)}"),
        ];

        Assert.IsEmpty(left, string.Join(Environment.NewLine, left));
    }

    [TestMethod]
    [DoNotParallelize]
    public void Tensors_are_on_the_CPU_and_of_the_type_named_whatever_the_defaults()
    {
        using IDisposable defaults = CallersState.All["default type Float64"](),
            device = CallersState.All["default device Meta"](),
            scope = NewDisposeScope();

        Tensor[] made = [CpuTensors.Empty([2, 3]), CpuTensors.Zeros([2], ScalarType.Int64), CpuTensors.Ones([1]), CpuTensors.Of([7, 8])];

        CollectionAssert.AreEqual(
            new[] { ScalarType.Float32, ScalarType.Int64, ScalarType.Float32, ScalarType.Byte },
            made.Select(tensor => tensor.dtype).ToArray()
        );
        Assert.IsTrue(made.All(tensor => tensor.device_type == TorchSharp.DeviceType.CPU));
        CollectionAssert.AreEqual(new byte[] { 7, 8 }, made[3].bytes.ToArray());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(10)]
    [DataRow(11)]
    public void What_is_beyond_a_span_goes_in_parts(int part)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] values = [.. Enumerable.Range(0, 10).Select(i => i / 3f)],
            read = new float[10];
        Tensor tensor = CpuTensors.Zeros([2, 5]);

        CpuTensors.Write(tensor, values, part);
        CpuTensors.Read(tensor, read, part);

        CollectionAssert.AreEqual(values, tensor.data<float>().ToArray());
        CollectionAssert.AreEqual(values, read);
    }

    private static bool TakesDefaults(MethodInfo method)
    {
        Type[] parameters = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        return method.IsStatic
            && method.DeclaringType?.Assembly == typeof(Tensor).Assembly
            && parameters.Contains(typeof(ScalarType?))
            && parameters.Contains(typeof(Device));
    }
}
