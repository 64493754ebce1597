using Microsoft.ML;
using Padam.MLNet;

namespace Padam.Benchmarks;

/// <summary>CIFAR-10 files of random pixels in a temporary folder: the cost of a step does not depend on what is in the pictures.</summary>
internal sealed class SyntheticCifar : IDisposable
{
    internal const int Classes = 10;
    private const int RecordBytes = 1 + (3 * 32 * 32),
        RecordsPerFile = 10_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("padam-benchmarks-");

    internal SyntheticCifar(int train, int test)
    {
        File.WriteAllLines(Path.Combine(_folder.FullName, "batches.meta.txt"), Enumerable.Range(0, Classes).Select(k => $"class {k}"));
        for (int file = 0; file * RecordsPerFile < train; file++)
            Write($"data_batch_{file + 1}.bin", Math.Min(RecordsPerFile, train - (file * RecordsPerFile)), seed: file);
        Write("test_batch.bin", test, seed: -1);
    }

    internal IDataView Load(MLContext mlContext, CifarSplit split) => mlContext.Padam().LoadCifar10(_folder.FullName, split);

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, int records, int seed)
    {
        byte[] bytes = new byte[records * RecordBytes];
        new Random(seed).NextBytes(bytes);
        for (int record = 0; record < records; record++)
            bytes[record * RecordBytes] = (byte)(record % Classes);
        File.WriteAllBytes(Path.Combine(_folder.FullName, name), bytes);
    }
}
