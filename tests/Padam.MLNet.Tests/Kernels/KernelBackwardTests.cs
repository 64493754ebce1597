using System.Runtime.InteropServices;
using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using Padam.MLNet.Optimizers;
using TorchSharp.Modules;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>
/// What a backward pass of the kernels leaves behind, and how it fails. (An exception that leaves it would end the process.)
/// </summary>
[TestClass]
[DoNotParallelize] // Counts the process's memory.
public sealed class KernelBackwardTests
{
    [TestMethod]
    public void A_failure_is_thrown_by_the_next_forward_pass_once()
    {
        using var scope = NewDisposeScope();
        Tensor x = FailedBackward();
        Assert.IsNull(x.grad);
        var error = Assert.ThrowsExactly<ExternalException>(() => Normalized(x));
        StringAssert.Contains(error.Message, "modified by an inplace operation");
        Normalized(x).sum().backward();
        Assert.IsNotNull(x.grad);
    }

    [TestMethod]
    public void A_loop_with_another_optimizer_asks_for_it_before_the_step()
    {
        using var scope = NewDisposeScope();
        FailedBackward();
        Assert.ThrowsExactly<ExternalException>(BackwardPass.ThrowIfFailed);
        BackwardPass.ThrowIfFailed();
    }

    [TestMethod]
    public void A_failure_is_thrown_by_the_optimizers_step_which_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(3));
        using var optimizer = new PadamOptions { LearningRate = 0.1 }.Create([("x", parameter)]);
        parameter.sum().backward();
        FailedBackward();
        Assert.ThrowsExactly<ExternalException>(() => optimizer.step());
        Assert.AreEqual(3f, parameter.sum().item<float>());
    }

    [TestMethod]
    public void A_step_without_a_scope_leaves_no_memory_lent_when_its_graph_is_gone()
    {
        MemoryPool.Trim();
        LiveTensors.Settle();
        long before = MemoryPool.Bytes.Lent;
        StepWithoutScope();
        LiveTensors.Settle();
        Assert.AreEqual(before, MemoryPool.Bytes.Lent);
    }

    // Not inlined, so that none of its locals outlives it.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void StepWithoutScope() => Normalized(ChannelsLast(randn(8, 32, 16, 16)).requires_grad_()).sum().backward();

    /// <summary>Autograd refuses what was saved and then changed.</summary>
    /// <returns>The input, without a gradient.</returns>
    private static Tensor FailedBackward()
    {
        Tensor x = ChannelsLast(randn(2, 16, 3, 3)).requires_grad_(),
            y = Normalized(x);
        using (no_grad())
            x.add_(1);
        y.sum().backward();
        return x;
    }

    private static Tensor Normalized(Tensor x) =>
        BatchNormalization.Apply(x, ones(x.shape[1]), zeros(x.shape[1]), null, Activation.None, 1e-5).Output;
}
