using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// An optimizer's formula over the memory of float32 CPU tensors: parameter, gradient and state are each read once and written once, on
/// every core.
/// </summary>
/// <remarks>Elements don't depend on each other, so results are the same whatever the number of threads.</remarks>
internal sealed unsafe class FusedUpdate<TRule>(TRule rule)
    where TRule : struct, IUpdateRule
{
    /// <summary>Elements a thread takes at a time: enough to hide the queue, few enough to share out evenly.</summary>
    private const int ChunkLength = 32 * 1024;

    private readonly List<Chunk> _chunks = [];
    private long _length;

    /// <summary>
    /// Takes a parameter into the pass if its memory allows: float32, on the CPU, without gaps, state in the same layout.
    /// </summary>
    /// <remarks>A gradient in another layout is brought into the parameter's; that copy belongs to the caller's dispose scope.</remarks>
    public bool TryAdd(Operands operands)
    {
        Tensor parameter = operands.Parameter,
            gradient = operands.Gradient;
        if (!IsPlainMemory(parameter) || !IsPlainMemory(gradient))
            return false;
        long[] shape = parameter.shape,
            strides = parameter.stride();
        if (!TensorLayout.IsDense(shape, strides))
            return false;
        foreach (Tensor? state in (ReadOnlySpan<Tensor?>)[operands.M, operands.V, operands.MaxV])
        {
            if (state is not null && !(IsPlainMemory(state) && TensorLayout.AreSame(shape, strides, state.stride())))
                return false;
        }

        if (!TensorLayout.AreSame(shape, strides, gradient.stride()))
            gradient = empty_like(parameter).copy_(gradient);
        var whole = new Chunk(Start(parameter), Start(gradient), Start(operands.M), Start(operands.V), Start(operands.MaxV), 0);
        long length = parameter.numel();
        _length += length;
        for (long at = 0; at < length; at += ChunkLength)
            _chunks.Add(whole.From(at, (int)Math.Min(ChunkLength, length - at)));
        return true;
    }

    /// <summary>Updates everything taken in; on this thread alone where all of it is no more than a chunk.</summary>
    public void Run()
    {
        if (_length <= ChunkLength)
        {
            foreach (Chunk chunk in _chunks)
                Update(chunk);
            return;
        }

        Workers.Run(
            _chunks.Count,
            queue =>
            {
                while (queue.Next(out int item))
                    Update(_chunks[item]);
            }
        );
    }

    private void Update(Chunk chunk)
    {
        int done = 0;
        if (Register16.IsSupported)
            done = Update<Register16>(chunk, done);
        else if (Register8.IsSupported)
            done = Update<Register8>(chunk, done);
        else if (Register4.IsSupported)
            done = Update<Register4>(chunk, done);
        Update<Register1>(chunk, done);
    }

    /// <summary>Updates as many elements as fill whole registers, and returns where it stopped.</summary>
    private int Update<T>(Chunk chunk, int i)
        where T : unmanaged, IRegister<T>
    {
        TRule formula = rule;
        for (; i <= chunk.Length - T.Count; i += T.Count)
        {
            T theta = T.Load(chunk.Parameter + i),
                g = T.Load(chunk.Gradient + i);
            T m = chunk.M == null ? default : T.Load(chunk.M + i);
            T v = chunk.V == null ? default : T.Load(chunk.V + i);
            T vh = chunk.MaxV == null ? default : T.Load(chunk.MaxV + i);
            formula.Update(ref theta, g, ref m, ref v, ref vh);
            T.Store(theta, chunk.Parameter + i);
            if (chunk.M != null)
                T.Store(m, chunk.M + i);
            if (chunk.V != null)
                T.Store(v, chunk.V + i);
            if (chunk.MaxV != null)
                T.Store(vh, chunk.MaxV + i);
        }

        return i;
    }

    private static bool IsPlainMemory(Tensor tensor) =>
        tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU && !tensor.is_sparse;

    private static float* Start(Tensor? tensor) => tensor is null ? null : TensorMemory.Floats(tensor);

    /// <summary>A stretch of one parameter with its gradient and state; null where there is no such state.</summary>
    private readonly struct Chunk(float* parameter, float* gradient, float* m, float* v, float* maxV, int length)
    {
        public readonly float* Parameter = parameter,
            Gradient = gradient,
            M = m,
            V = v,
            MaxV = maxV;
        public readonly int Length = length;

        public Chunk From(long start, int length) =>
            new(Parameter + start, Gradient + start, At(M, start), At(V, start), At(MaxV, start), length);

        private static float* At(float* state, long start) => state == null ? null : state + start;
    }
}
