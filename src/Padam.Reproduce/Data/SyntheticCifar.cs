using Padam.MLNet.Formats;

namespace Padam.Reproduce.Data;

/// <summary>
/// A data set of ten shapes in the binary format of CIFAR-10, made from a seed: for the quick tour, for tests, and where the real images
/// are not at hand. The same seed and sizes give the same bytes.
/// </summary>
internal sealed record SyntheticCifar(int TrainImages, int TestImages, int Seed)
{
    private const int TrainFiles = 5,
        Classes = 10;

    /// <summary>
    /// Writes <c>data_batch_1..5.bin</c>, <c>test_batch.bin</c> and <c>batches.meta.txt</c> into <paramref name="folder"/>, each beside its
    /// target first.
    /// </summary>
    public void Write(string folder, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(folder);
        var options = new ParallelOptions { CancellationToken = cancel };
        Parallel.For(
            0,
            TrainFiles + 1,
            options,
            file =>
            {
                if (file < TrainFiles)
                    WriteFile(Path.Combine(folder, $"data_batch_{file + 1}.bin"), file, ImagesOf(file), cancel);
                else
                    WriteFile(Path.Combine(folder, "test_batch.bin"), file, TestImages, cancel);
            }
        );
        AtomicFile.Write(Path.Combine(folder, "batches.meta.txt"), stream => stream.Write(ClassNames()));
    }

    /// <summary>True where <paramref name="folder"/> holds a set of these sizes, first images of this seed included.</summary>
    public bool IsIn(string folder)
    {
        for (int file = 0; file <= TrainFiles; file++)
        {
            string path = Path.Combine(folder, file < TrainFiles ? $"data_batch_{file + 1}.bin" : "test_batch.bin");
            int images = file < TrainFiles ? ImagesOf(file) : TestImages;
            if (!File.Exists(path))
                return false;
            using FileStream stream = File.OpenRead(path);
            if (stream.Length != images * (1L + SyntheticImage.Bytes))
                return false;
            if (images == 0)
                continue;

            byte[] first = new byte[1 + SyntheticImage.Bytes];
            stream.ReadExactly(first);
            if (!first.AsSpan().SequenceEqual(Record(file, 0)))
                return false;
        }

        return File.Exists(Path.Combine(folder, "batches.meta.txt"));
    }

    private int ImagesOf(int file) => TrainImages / TrainFiles + (file < TrainImages % TrainFiles ? 1 : 0);

    private void WriteFile(string path, int file, int images, CancellationToken cancel) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                for (int record = 0; record < images; record++)
                {
                    cancel.ThrowIfCancellationRequested();
                    stream.Write(Record(file, record));
                }
            }
        );

    private byte[] Record(int file, int record)
    {
        byte[] bytes = new byte[1 + SyntheticImage.Bytes];
        bytes[0] = (byte)(record % Classes);
        SyntheticImage.Paint(bytes[0], new SyntheticDraws(Seed, file, record), bytes.AsSpan(1));
        return bytes;
    }

    private static byte[] ClassNames() => System.Text.Encoding.ASCII.GetBytes(string.Join('\n', Shape.Names) + "\n");
}
