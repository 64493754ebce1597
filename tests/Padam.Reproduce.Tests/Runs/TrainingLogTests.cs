using System.Globalization;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class TrainingLogTests
{
    private static LogRow Row(int epoch) => new(epoch, 0.1 + epoch / 3.0, 2.5 / (epoch + 1), 0.5, 0.25, 1.75, 0.875, 0.1, 0.125);

    private static string Written(TemporaryFolder folder, int epochs)
    {
        string path = folder["log.csv"];
        TrainingLog log = TrainingLog.Start(path);
        for (int epoch = 0; epoch < epochs; epoch++)
            log.Append(Row(epoch));
        return path;
    }

    [TestMethod]
    public void The_columns_are_keras_loggers_then_lr_and_partial()
    {
        using TemporaryFolder folder = new();
        Assert.AreEqual(
            "epoch;acc;loss;top_k_categorical_accuracy;val_acc;val_loss;val_top_k_categorical_accuracy;lr;partial\n"
                + "0;0.1;2.5;0.5;0.25;1.75;0.875;0.1;0.125\n",
            File.ReadAllText(Written(folder, 1))
        );
    }

    [TestMethod]
    public void Every_number_reads_back_to_its_last_bit()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, 5);
        CollectionAssert.AreEqual(Enumerable.Range(0, 5).Select(Row).ToArray(), TrainingLog.Read(path).ToArray());
    }

    [TestMethod]
    public void Numbers_do_not_follow_the_users_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            using TemporaryFolder folder = new();
            StringAssert.Contains(File.ReadAllText(Written(folder, 1)), ";2.5;");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [TestMethod]
    public void An_optimizer_without_p_leaves_its_column_empty()
    {
        using TemporaryFolder folder = new();
        TrainingLog.Start(folder["log.csv"]).Append(Row(0) with { Partial = null });

        Assert.IsTrue(File.ReadAllText(folder["log.csv"]).EndsWith(";0.1;\n", StringComparison.Ordinal));
        Assert.IsNull(TrainingLog.Read(folder["log.csv"])[0].Partial);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    [DataRow(4)]
    public void A_continued_log_equals_one_that_was_never_interrupted(int checkpointed)
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, 5);
        byte[] whole = File.ReadAllBytes(path);

        TrainingLog log = TrainingLog.Continue(path, checkpointed);
        for (int epoch = checkpointed; epoch < 5; epoch++)
            log.Append(Row(epoch));

        CollectionAssert.AreEqual(whole, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void A_log_cut_anywhere_in_its_last_line_continues_from_the_whole_lines()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, 3);
        byte[] whole = File.ReadAllBytes(path);
        int secondEpochEnds = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (int length = secondEpochEnds; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            TrainingLog.Continue(path, 2).Append(Row(2));
            CollectionAssert.AreEqual(whole, File.ReadAllBytes(path), $"cut at {length}");
        }
    }

    [TestMethod]
    public void A_log_behind_its_checkpoint_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, 2);

        StringAssert.Contains(
            Assert.ThrowsExactly<CommandException>(() => TrainingLog.Continue(path, 3)).Message,
            "has 2 whole epochs, its checkpoint has 3"
        );
    }

    [TestMethod]
    [DataRow("2;x;1;1;1;1;1;1;\n", "line 4", DisplayName = "no number")]
    [DataRow("2;1;1;1;1;1;1;1\n", "line 4", DisplayName = "a field too few")]
    [DataRow("2;1;1;1;1;1;1;1;;\n", "line 4", DisplayName = "a field too many")]
    [DataRow("2;\"1\"x;1;1;1;1;1;1;\n", "line 4", DisplayName = "a stray quote")]
    [DataRow("99999999999;1;1;1;1;1;1;1;\n", "line 4", DisplayName = "an epoch beyond all")]
    [DataRow("3;1;1;1;1;1;1;1;\n", "line 4 says epoch 3 where epoch 2 is due", DisplayName = "an epoch left out")]
    public void A_damaged_line_is_refused_by_file_line_and_remedy(string line, string said)
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, 2);
        File.AppendAllText(path, line);

        string message = Assert.ThrowsExactly<CommandException>(() => TrainingLog.Read(path)).Message;
        foreach (string part in new[] { path, said, "--force" })
            StringAssert.Contains(message, part);
    }

    [TestMethod]
    public void A_missing_column_is_refused_by_its_name()
    {
        using TemporaryFolder folder = new();
        string path = Written(folder, 2);
        File.WriteAllText(path, File.ReadAllText(path).Replace("val_acc", "valacc", StringComparison.Ordinal));

        string message = Assert.ThrowsExactly<CommandException>(() => TrainingLog.Read(path)).Message;
        foreach (string part in new[] { path, "val_acc", "--force" })
            StringAssert.Contains(message, part);
    }
}
