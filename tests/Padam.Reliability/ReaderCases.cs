using System.Diagnostics;
using System.IO.Compression;
using Padam.MLNet;
using Padam.MLNet.Formats;
using Padam.MLNet.Models;
using Padam.MLNet.Persistence;
using Padam.MLNet.Tests;
using Padam.MLNet.Training;
using TorchSharp;

namespace Padam.Reliability;

/// <summary>
/// Random mutations of what every reader reads: the documented exceptions or an answer, in no more than a second, and no tensor left.
/// </summary>
internal static class ReaderCases
{
    internal static IEnumerable<Case> All =>
        [
            new("Readers", "CIFAR records, 100,000 mutations", Cifar),
            new("Readers", "CIFAR class names, 100,000 mutations", CifarNames),
            new(
                "Readers",
                "safetensors, 100,000 mutations",
                bench =>
                    Fuzz(
                        bench,
                        SafetensorsFile(bench),
                        bytes =>
                        {
                            using DisposeScope scope = torch.NewDisposeScope();
                            Safetensors.Read(new MemoryStream(bytes), "weights");
                        }
                    )
            ),
            new(
                "Readers",
                "model description, 100,000 mutations",
                bench =>
                    Fuzz(bench, Entry(bench, "Description.json"), bytes => ModelPayload.ReadDescription(new MemoryStream(bytes), "model"))
            ),
            new("Readers", "model description with its checksum made right, 100,000 mutations", Description),
            new("Readers", "checkpoint, 100,000 mutations", Checkpoints),
        ];

    private static Outcome Cifar(Bench bench)
    {
        string folder = Directory.CreateDirectory(bench.Fresh()).FullName;
        TinyImages.Write(folder, train: 2, test: 1);
        string file = Path.Combine(folder, "data_batch_1.bin");
        return Fuzz(
            bench,
            File.ReadAllBytes(file),
            bytes =>
            {
                File.WriteAllBytes(file, bytes);
                using var rows = bench.MLContext.Padam().LoadCifar10(folder, CifarSplit.Train).GetRowCursor([]);
                while (rows.MoveNext()) { }
            }
        );
    }

    private static Outcome CifarNames(Bench bench)
    {
        string folder = Directory.CreateDirectory(bench.Fresh()).FullName;
        TinyImages.Write(folder, train: 2, test: 1);
        string file = Path.Combine(folder, "batches.meta.txt");
        return Fuzz(
            bench,
            File.ReadAllBytes(file),
            bytes =>
            {
                File.WriteAllBytes(file, bytes);
                bench.MLContext.Padam().LoadCifar10(folder, CifarSplit.Train);
            }
        );
    }

    private static Outcome Description(Bench bench)
    {
        byte[] signed = Entry(bench, "Description.json"),
            json = signed[..^66];
        return Fuzz(
            bench,
            json,
            bytes =>
                ModelPayload.ReadDescription(
                    new MemoryStream([
                        .. bytes,
                        (byte)'\n',
                        .. System.Text.Encoding.ASCII.GetBytes(DescriptionText.Hash(bytes)),
                        (byte)'\n',
                    ]),
                    "model"
                )
        );
    }

    private static Outcome Checkpoints(Bench bench)
    {
        string folder = bench.Fresh();
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.CheckpointFolder = folder;
        bench.Fit(options).Dispose();
        string file = Path.Combine(folder, "checkpoint.zip");
        return Fuzz(
            bench,
            File.ReadAllBytes(file),
            bytes =>
            {
                File.WriteAllBytes(file, bytes);
                Checkpoint.Read(file);
            }
        );
    }

    private static byte[] SafetensorsFile(Bench bench)
    {
        using ImageClassificationTransformer model = bench.Fit(TinyImages.Options(epochs: 1));
        return bench.Weights(model);
    }

    private static byte[] Entry(Bench bench, string name)
    {
        using ImageClassificationTransformer model = bench.Fit(TinyImages.Options(epochs: 1));
        using var zip = new ZipArchive(new MemoryStream(bench.Zip(model)));
        using Stream stream = zip.Entries.Single(entry => entry.Name == name).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    internal static Outcome Fuzz(Bench bench, byte[] honest, Action<byte[]> read, int full = 100_000)
    {
        int count = bench.Count(full),
            held = 0,
            refused = 0;
        double slowest = 0;
        long tensors = torch.Tensor.TotalCount;
        Dictionary<string, string> surprises = [];
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = Mutation.Of(honest, new Random(i));
            long start = Stopwatch.GetTimestamp();
            bool documented = true;
            try
            {
                read(bytes);
            }
            catch (Exception fault) when (fault is IOException or InvalidDataException)
            {
                refused++;
            }
            catch (Exception fault)
            {
                documented = false;
                surprises.TryAdd(fault.GetType().Name, $"mutation {i}: {fault.GetType().Name}: {fault.Message}");
            }

            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            slowest = Math.Max(slowest, seconds);
            if (documented && seconds < 1)
                held++;
        }

        if (torch.Tensor.TotalCount != tensors)
            surprises["tensors"] = $"{torch.Tensor.TotalCount - tensors} tensors left";
        return new(
            count,
            surprises.Count == 0 ? held : Math.Min(held, count - 1),
            surprises.Count > 0
                ? string.Join("; ", surprises.Values)
                : $"{refused} refused, {count - refused} read; the slowest took {1000 * slowest:0.0} ms"
        );
    }
}
