using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace Padam.Reproduce.Runs;

/// <summary>
/// The log as one TensorBoard event file, written anew when a training starts or goes on, so that no step is in it twice and no old curve
/// beside it. (TorchSharp's writer begins its files with a time that is none.)
/// </summary>
internal sealed class TensorBoardLog
{
    private const string Pattern = "events.out.tfevents.*";
    private readonly string _path;

    private TensorBoardLog(string path) => _path = path;

    /// <summary>Writes the epochs so far into a folder of their own, in place of what an earlier training left there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="rows">The log.</param>
    /// <param name="times">When each epoch ended; those that are not known have the first that is, or now.</param>
    public static TensorBoardLog Start(string folder, IReadOnlyList<LogRow> rows, Func<int, DateTimeOffset?> times)
    {
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.EnumerateFiles(folder, Pattern))
            File.Delete(old);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var log = new TensorBoardLog(Path.Combine(folder, $"events.out.tfevents.{now.ToUnixTimeSeconds()}.{Environment.MachineName}"));
        log.Write(new Event { WallTime = Seconds(now), FileVersion = "brain.Event:2" });
        foreach (LogRow row in rows)
            log.Append(row, times(row.Epoch) ?? now);
        return log;
    }

    public void Append(LogRow row, DateTimeOffset time)
    {
        (string Tag, double? Value)[] scalars =
        [
            ("loss/train", row.Loss),
            ("accuracy/train", row.Accuracy),
            ("loss/test", row.TestLoss),
            ("accuracy/test", row.TestAccuracy),
            ("top5/test", row.TestTop5),
            ("learning rate", row.LearningRate),
            ("p", row.Partial),
        ];
        foreach ((string tag, double? value) in scalars)
            if (value is { } number)
                Write(
                    new Event
                    {
                        WallTime = Seconds(time),
                        Step = row.Epoch + 1,
                        Summary = new Summary
                        {
                            Value =
                            {
                                new Summary.Types.Value { Tag = tag, SimpleValue = (float)number },
                            },
                        },
                    }
                );
    }

    /// <summary>Since 1970.</summary>
    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    // A TFRecord: length, checksum of the length, bytes, checksum of the bytes.
    private void Write(Event happened)
    {
        byte[] bytes = happened.ToByteArray(),
            record = new byte[8 + 4 + bytes.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(record, bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Checksum(record.AsSpan(0, 8)));
        bytes.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + bytes.Length), Checksum(bytes));
        using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(record);
    }

    /// <summary>TensorFlow's masked CRC-32C.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}
