using System.Reflection;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.MLNet.Tests.Native;

/// <summary>
/// TorchSharp frees what native code still reads where nobody holds it (docs/torchsharp-lifetime.md). Read from the compiled code.
/// </summary>
[TestClass]
public class HeldByNobodyTests
{
    // The types whose native memory a finalizer frees and that TorchSharp makes in passing. (Tensors are held by dispose scopes.)
    private static readonly Type[] Freed = [typeof(Scalar), typeof(torch.Generator)];

    // They hold what they make: as long as the process, or by the using of those who call them.
    private static readonly Type[] Makers = [typeof(Scalars), typeof(RandomStream)];

    // Members of TorchSharp that the library calls although some make such objects inside themselves.
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Module`2..ctor(String)"] = "a callback that only native code would call, to run the module's own forward",
        ["nn.Dropout(Double, Boolean)"] = "the constructor of Module, as above",
        ["Module`2.forward(Tensor)"] =
            "the built-in networks' own modules of TorchSharp are Dropout and Sequential, below; others are of the user's choice",
        ["Optimizer.step(Func`1)"] = "the library's own make none; TorchSharp's others are of the user's choice",
        ["CompilationUnit.invoke(String, Object[])"] = "makes Scalars of bare numbers among the arguments; TensorList passes none",
    };

    private static readonly CallGraph TorchSharp = new(typeof(torch).Assembly);

    private static readonly (MethodBase From, MethodBase To)[] Calls =
    [
        .. typeof(PadamCatalog)
            .Assembly.GetTypes()
            .SelectMany(CompiledCode.Methods)
            .SelectMany(from => CompiledCode.Uses(from).OfType<MethodBase>().Select(to => (from, to)))
            .Where(call => call.to.DeclaringType?.Assembly == typeof(torch).Assembly),
    ];

    [TestMethod]
    public void Numbers_and_generators_are_made_in_the_one_place_that_holds_them()
    {
        string[] elsewhere =
        [
            .. Calls
                .Where(call => Makes(call.To) && !Makers.Contains(Outermost(call.From.DeclaringType!)))
                .Select(call => $"{CompiledCode.Name(call.From)} makes one by {CompiledCode.Name(call.To)}"),
        ];

        Assert.IsEmpty(elsewhere, Lines(elsewhere));
    }

    [TestMethod]
    public void No_member_of_TorchSharp_is_called_that_makes_one_inside_itself()
    {
        var found = Calls.Where(call => !Makes(call.To)).ToLookup(call => CompiledCode.Name(call.To));
        var ways = found.Select(calls => (calls.Key, Way: TorchSharp.Way(calls.First().To, Makes))).Where(found => found.Way is not null);
        string[] wrong =
        [
            .. ways.Where(member => !Allowed.ContainsKey(member.Key))
                .Select(member =>
                    $"{CompiledCode.Name(found[member.Key].First().From)}: {string.Join(" > ", member.Way!.Select(CompiledCode.Name))}"
                ),
        ];

        Assert.IsEmpty(wrong, Lines(wrong));
        string[] needless = [.. Allowed.Keys.Except(ways.Select(member => member.Key))];
        Assert.IsEmpty(needless, $"Allowed, and not needed any more: {Lines(needless)}");
    }

    [TestMethod]
    public void Every_number_of_a_block_is_held_by_using()
    {
        string[] notHeld =
        [
            .. typeof(PadamCatalog)
                .Assembly.GetTypes()
                .SelectMany(CompiledCode.Methods)
                .Where(method => !IsHeld(method))
                .Select(CompiledCode.Name),
        ];

        // It makes several at a time, and disposes them in a finally of its own.
        CollectionAssert.AreEqual(new[] { "TensorList.Call(String, Tensor[][], Double[])" }, notHeld, Lines(notHeld));

        static bool IsHeld(MethodBase method)
        {
            Instruction[] code = [.. CompiledCode.Instructions(method)];
            return code.Zip(code.Skip(1).Append(default))
                .Where(pair => pair.First.Member is MethodInfo { Name: nameof(Scalars.Of) } of && of.DeclaringType == typeof(Scalars))
                .All(pair => pair.Second.Local is { } local && CompiledCode.IsReadInFinally(method, local));
        }
    }

    [TestMethod]
    public void The_layers_and_sums_that_the_library_takes_from_TorchSharp_make_none()
    {
        Assert.IsNull(TorchSharp.Way(typeof(torch.nn.functional).GetMethod("linear")!, Makes));
        Assert.IsNull(TorchSharp.Way(typeof(torch.nn.functional).GetMethod("dropout")!, Makes));
        Assert.IsNotNull(TorchSharp.Way(typeof(torch.Tensor).GetMethod("op_Addition", [typeof(torch.Tensor), typeof(double)])!, Makes));
        Assert.IsNotNull(
            TorchSharp.Way(typeof(torch.Tensor).GetMethod("op_Addition", [typeof(torch.Tensor), typeof(torch.Tensor)])!, Makes)
        );
    }

    private static bool Makes(MethodBase method) =>
        method is ConstructorInfo
            ? Freed.Contains(method.DeclaringType)
            : Freed.Contains(((MethodInfo)method).ReturnType)
                && (method.IsStatic || method.DeclaringType != ((MethodInfo)method).ReturnType);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string Lines(IEnumerable<string> lines) => string.Join(Environment.NewLine, lines);
}
