using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class CifarDataViewTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Cifar10_joins_its_batches_in_order()
    {
        TinyImages.Write(_folder.Path, train: 30, test: 7);
        File.WriteAllBytes(_folder["data_batch_3.bin"], TinyImages.Records(20, 10, seed: 3));
        byte[] expected = [.. TinyImages.Records(30, 10, seed: 1), .. TinyImages.Records(20, 10, seed: 3)];

        IDataView train = _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Train),
            test = _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Test);

        CollectionAssert.AreEqual(expected, Records(train, rows: null));
        CollectionAssert.AreEqual(TinyImages.Records(7, 10, seed: 2), Records(test, rows: null));
        Assert.AreEqual(50, train.GetRowCount());
        Assert.AreEqual("Vector<Byte, 3, 32, 32>", train.Schema["Features"].Type.ToString());
        CollectionAssert.AreEqual(TinyImages.Names, Names(train));
    }

    [TestMethod]
    public void Cifar100_has_fine_and_coarse_labels_with_their_names()
    {
        Write100((fine: 0, coarse: 19), (fine: 99, coarse: 0), (fine: 42, coarse: 7));

        IDataView fine = _mlContext.Padam().LoadCifar100(_folder.Path, CifarSplit.Train),
            coarse = _mlContext.Padam().LoadCifar100(_folder.Path, CifarSplit.Train, CifarLabels.Coarse);

        CollectionAssert.AreEqual(new uint[] { 1, 100, 43 }, fine.GetColumn<uint>("Label").ToArray());
        CollectionAssert.AreEqual(new uint[] { 20, 1, 8 }, coarse.GetColumn<uint>("Label").ToArray());
        CollectionAssert.AreEqual(new[] { 10, 11, 12 }, fine.GetColumn<byte[]>("Features").Select(pixels => (int)pixels[0]).ToArray());
        CollectionAssert.AreEqual(
            fine.GetColumn<byte[]>("Features").SelectMany(pixels => pixels).ToArray(),
            coarse.GetColumn<byte[]>("Features").SelectMany(pixels => pixels).ToArray()
        );
        Assert.AreEqual("fine 42", Names(fine)[42]);
        Assert.AreEqual("coarse 19", Names(coarse)[19]);
    }

    [TestMethod]
    public void A_shuffled_cursor_gives_every_row_once_with_its_own_label_and_pixels()
    {
        TinyImages.Write(_folder.Path, train: 40);
        IDataView view = _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Train);
        List<ulong> ids = [];

        byte[] shuffled = Records(view, new Random(3), ids);

        byte[] records = Records(view, rows: null);
        CollectionAssert.AreNotEqual(records, shuffled);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 40).Select(i => (ulong)i).ToArray(), ids);
        for (int i = 0; i < 40; i++)
            CollectionAssert.AreEqual(Record(records, (int)ids[i]), Record(shuffled, i));
        CollectionAssert.AreEqual(shuffled, Records(view, new Random(3)), "the same random numbers, the same order");
    }

    [TestMethod]
    public void A_cursor_at_its_end_stays_there_and_gives_only_the_columns_asked_for()
    {
        TinyImages.Write(_folder.Path, train: 2);
        IDataView view = _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Train);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Label"]]);

        Assert.IsTrue(cursor.MoveNext());
        Assert.IsTrue(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Features"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<byte>>(view.Schema["Features"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Label"]));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(101)]
    public void Any_whole_number_of_records_is_a_data_set(int records)
    {
        TinyImages.Write(_folder.Path, train: records);

        Assert.AreEqual(records, _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Train).GetColumn<byte[]>("Features").Count());
    }

    [TestMethod]
    public void A_file_that_ends_in_mid_record_is_refused()
    {
        TinyImages.Write(_folder.Path);
        File.WriteAllBytes(_folder["data_batch_1.bin"], TinyImages.Records(3, 10, seed: 1)[..^1]);

        Refuses<InvalidDataException>(_folder["data_batch_1.bin"], "mid-record", "2 records of 3073 and 3072 bytes");
    }

    [TestMethod]
    public void An_empty_file_is_refused()
    {
        TinyImages.Write(_folder.Path);
        File.WriteAllBytes(_folder["data_batch_1.bin"], []);

        Refuses<InvalidDataException>(_folder["data_batch_1.bin"], "empty");
    }

    [TestMethod]
    public void A_label_out_of_range_is_named_by_file_and_record()
    {
        TinyImages.Write(_folder.Path);
        byte[] records = TinyImages.Records(5, 10, seed: 1);
        records[3 * 3073] = 10;
        File.WriteAllBytes(_folder["data_batch_2.bin"], records);

        Refuses<InvalidDataException>(_folder["data_batch_2.bin"], "record 3", "label 10 is outside 0..9");
    }

    [TestMethod]
    public void A_fine_label_out_of_range_only_matters_where_fine_labels_are_asked_for()
    {
        Write100((fine: 100, coarse: 3));

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _mlContext.Padam().LoadCifar100(_folder.Path, CifarSplit.Train)).Message,
            "record 0 (byte 1): label 100"
        );
        Assert.AreEqual(1, _mlContext.Padam().LoadCifar100(_folder.Path, CifarSplit.Train, CifarLabels.Coarse).GetRowCount());
    }

    [TestMethod]
    public void A_missing_folder_file_or_name_list_is_named()
    {
        string missing = Path.Combine(_folder.Path, "none");
        StringAssert.Contains(
            Assert.ThrowsExactly<DirectoryNotFoundException>(() => _mlContext.Padam().LoadCifar10(missing, CifarSplit.Train)).Message,
            missing
        );

        TinyImages.Write(_folder.Path);
        File.Delete(_folder["data_batch_1.bin"]);
        Refuses<FileNotFoundException>(_folder.Path, "data_batch_1.bin");
        File.Delete(_folder["test_batch.bin"]);
        StringAssert.Contains(
            Assert.ThrowsExactly<FileNotFoundException>(() => _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Test)).Message,
            _folder["test_batch.bin"]
        );

        TinyImages.Write(_folder.Path);
        File.WriteAllLines(_folder["batches.meta.txt"], TinyImages.Names[..9]);
        Refuses<InvalidDataException>(_folder["batches.meta.txt"], "9 classes, not 10");
        File.WriteAllLines(_folder["batches.meta.txt"], [.. TinyImages.Names[..9], TinyImages.Names[0]]);
        Refuses<InvalidDataException>(_folder["batches.meta.txt"], "twice");
        File.Delete(_folder["batches.meta.txt"]);
        Refuses<FileNotFoundException>(_folder["batches.meta.txt"]);
    }

    [TestMethod]
    public void A_folder_in_the_place_of_a_file_is_refused()
    {
        TinyImages.Write(_folder.Path);
        Directory.CreateDirectory(_folder["data_batch_2.bin"]);

        Refuses<InvalidDataException>(_folder["data_batch_2.bin"], "is a folder");
    }

    [TestMethod]
    public void A_file_in_the_place_of_the_folder_is_refused()
    {
        File.WriteAllText(_folder["file"], "");

        StringAssert.Contains(
            Assert
                .ThrowsExactly<DirectoryNotFoundException>(() => _mlContext.Padam().LoadCifar10(_folder["file"], CifarSplit.Train))
                .Message,
            _folder["file"]
        );
    }

    private void Refuses<T>(params string[] expected)
        where T : Exception
    {
        string message = Assert.ThrowsExactly<T>(() => _mlContext.Padam().LoadCifar10(_folder.Path, CifarSplit.Train)).Message;
        foreach (string part in expected)
            StringAssert.Contains(message, part);
    }

    private void Write100(params (byte fine, byte coarse)[] records)
    {
        File.WriteAllLines(_folder["fine_label_names.txt"], Enumerable.Range(0, 100).Select(i => $"fine {i}"));
        File.WriteAllLines(_folder["coarse_label_names.txt"], Enumerable.Range(0, 20).Select(i => $"coarse {i}"));
        File.WriteAllBytes(
            _folder["train.bin"],
            [.. records.SelectMany((record, i) => (byte[])[record.coarse, record.fine, .. Enumerable.Repeat((byte)(10 + i), 3072)])]
        );
    }

    private static string[] Names(IDataView view)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Label"].GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    // The rows as CIFAR-10 records again.
    private static byte[] Records(IDataView view, Random? rows, List<ulong>? ids = null)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema, rows);
        ValueGetter<uint> label = cursor.GetGetter<uint>(view.Schema["Label"]);
        ValueGetter<VBuffer<byte>> features = cursor.GetGetter<VBuffer<byte>>(view.Schema["Features"]);
        ValueGetter<DataViewRowId> rowId = cursor.GetIdGetter();
        List<byte> records = [];
        VBuffer<byte> pixels = default;
        while (cursor.MoveNext())
        {
            (uint key, DataViewRowId id) = (0, default);
            features(ref pixels);
            label(ref key);
            rowId(ref id);
            ids?.Add(id.Low);
            records.Add((byte)(key - 1));
            records.AddRange(pixels.GetValues());
        }

        return [.. records];
    }

    private static byte[] Record(byte[] records, int i) => records[(i * 3073)..((i + 1) * 3073)];
}
