using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Applies an optimizer's formula to its parameters: in one pass over memory where that can be, by libtorch's operators elsewhere.
/// </summary>
internal static class ElementwiseUpdate
{
    /// <summary>Updates parameters and state in place.</summary>
    /// <param name="rule">The formula of this step.</param>
    /// <param name="operands">The parameters, each with the same kinds of state.</param>
    public static void Apply<TRule>(TRule rule, IReadOnlyList<Operands> operands)
        where TRule : struct, IUpdateRule
    {
        // Gradients that could not be computed are missing.
        KernelBackward.ThrowIfFailed();
        using DisposeScope temporaries = NewDisposeScope();
        var elsewhere = new List<Operands>();
        var pass = new FusedUpdate<TRule>(rule);
        foreach (Operands each in operands)
        {
            if (!pass.TryAdd(each))
                elsewhere.Add(each);
        }

        pass.Run();
        if (elsewhere.Count > 0)
            ByTensorOperators(rule, elsewhere);
    }

    /// <summary>The same by libtorch's operators, for any device, type and layout.</summary>
    public static void ByTensorOperators<TRule>(TRule rule, IReadOnlyList<Operands> operands)
        where TRule : struct, IUpdateRule
    {
        foreach (var alike in operands.GroupBy(o => (o.Parameter.dtype, o.Parameter.device_type, o.Parameter.device_index)))
        {
            using DisposeScope temporaries = NewDisposeScope();
            TensorList parameter = List(alike, o => o.Parameter)!.Value;
            TensorList gradient = List(alike, o => o.Gradient)!.Value;
            TensorList? m = List(alike, o => o.M),
                v = List(alike, o => o.V),
                maxV = List(alike, o => o.MaxV);
            TensorList nextParameter = parameter,
                nextM = m ?? default,
                nextV = v ?? default,
                nextMaxV = maxV ?? default;

            rule.Update(ref nextParameter, gradient, ref nextM, ref nextV, ref nextMaxV);

            nextParameter.CopyTo(parameter);
            if (m is { } oldM)
                nextM.CopyTo(oldM);
            if (v is { } oldV)
                nextV.CopyTo(oldV);
            if (maxV is { } oldMaxV)
                nextMaxV.CopyTo(oldMaxV);
        }
    }

    private static TensorList? List(IEnumerable<Operands> operands, Func<Operands, Tensor?> part)
    {
        Tensor[] tensors = [.. operands.Select(part).OfType<Tensor>()];
        return tensors.Length == 0 ? null : new TensorList(tensors);
    }
}
