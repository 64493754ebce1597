using System.Buffers.Binary;
using Padam.Reproduce.Runs;
using Tensorboard;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class TensorBoardLogTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static LogRow Row(int epoch) => new(epoch, 0.5, 2, 0.9, 0.25, 1.75, 0.875, 0.1, 0.125);

    [TestMethod]
    public void Every_scalar_is_there_once_with_its_step_and_its_time_in_seconds()
    {
        using TemporaryFolder folder = new();
        TensorBoardLog.Start(folder.Path, [Row(0), Row(1)], epoch => Then.AddSeconds(epoch)).Append(Row(2), Then.AddSeconds(2));

        Event[] events = Read(folder.Path);
        Assert.AreEqual("brain.Event:2", events[0].FileVersion);
        Assert.HasCount(1 + 3 * 7, events);
        Assert.IsTrue(events.All(one => one.WallTime is > 1.7e9 and < 1e10), string.Join(' ', events.Select(one => one.WallTime)));
        Event[] losses = [.. events.Where(one => one.Summary?.Value[0].Tag == "loss/train")];
        CollectionAssert.AreEqual(new long[] { 1, 2, 3 }, losses.Select(one => one.Step).ToArray());
        Assert.AreEqual(Then.AddSeconds(2).ToUnixTimeSeconds(), losses[2].WallTime);
        Assert.AreEqual(2f, losses[0].Summary.Value[0].SimpleValue);
    }

    [TestMethod]
    public void Each_tag_has_its_own_column_of_the_log()
    {
        using TemporaryFolder folder = new();
        TensorBoardLog.Start(folder.Path, [Row(0)], _ => Then);
        CollectionAssert.AreEqual(
            new[]
            {
                "loss/train 2",
                "accuracy/train 0.5",
                "loss/test 1.75",
                "accuracy/test 0.25",
                "top5/test 0.875",
                "learning rate 0.1",
                "p 0.125",
            },
            Scalars(folder.Path)
        );
    }

    [TestMethod]
    public void An_optimizer_without_p_has_no_curve_of_it()
    {
        using TemporaryFolder folder = new();
        TensorBoardLog.Start(folder.Path, [Row(0) with { Partial = null }], _ => Then);
        Assert.IsFalse(Scalars(folder.Path).Any(scalar => scalar.StartsWith("p ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void An_epoch_whose_time_is_not_known_has_that_at_which_the_file_was_begun()
    {
        using TemporaryFolder folder = new();
        TensorBoardLog.Start(folder.Path, [Row(0), Row(1)], epoch => epoch == 1 ? Then : null);
        Event[] events = Read(folder.Path);
        Assert.AreEqual(events[0].WallTime, events[1].WallTime);
        Assert.AreEqual(Then.ToUnixTimeSeconds(), events[^1].WallTime);
    }

    private static string[] Scalars(string folder) =>
        [
            .. Read(folder)
                .Where(one => one.Summary is not null)
                .Select(one => FormattableString.Invariant($"{one.Summary.Value[0].Tag} {one.Summary.Value[0].SimpleValue}")),
        ];

    [TestMethod]
    public void A_training_that_starts_over_or_goes_on_leaves_no_curve_of_the_one_before()
    {
        using TemporaryFolder folder = new();
        TensorBoardLog.Start(folder.Path, [Row(0), Row(1), Row(2)], _ => null);
        TensorBoardLog.Start(folder.Path, [Row(0)], _ => null).Append(Row(1), Then);

        long[] steps = [.. Read(folder.Path).Where(one => one.Summary?.Value[0].Tag == "accuracy/test").Select(one => one.Step)];
        CollectionAssert.AreEqual(new long[] { 1, 2 }, steps);
    }

    [TestMethod]
    public void Files_of_others_in_the_folder_stay()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["mine.txt"], "");
        TensorBoardLog.Start(folder.Path, [], _ => null);
        Assert.IsTrue(File.Exists(folder["mine.txt"]));
    }

    /// <summary>The events of the one event file, checksums verified as TensorFlow does.</summary>
    internal static Event[] Read(string folder)
    {
        byte[] file = File.ReadAllBytes(Directory.GetFiles(folder, "events.out.tfevents.*").Single());
        var events = new List<Event>();
        for (int at = 0; at < file.Length; )
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.AreEqual(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.AreEqual(Masked(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            events.Add(Event.Parser.ParseFrom(file, at + 12, length));
            at += length + 16;
        }

        return [.. events];
    }

    // CRC-32C bit by bit (Castagnoli's polynomial reversed), then TensorFlow's mask.
    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }
}
