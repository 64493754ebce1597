using System.CommandLine;
using Padam.Reproduce.Commands;

namespace Padam.Reproduce.Tests.Commands;

/// <summary>What of a run's options does not go together: all of it is said, before any reading.</summary>
[TestClass]
public sealed class RunFaultsTests
{
    private const string Synthetic = "--dataset synthetic --backbone vgg-small --optimizer sgd",
        Photographs = "--dataset folder --backbone mlnet-resnet18 --fine-tune",
        MultiStepOfAWay = "--fine-tune has no milestones: use --schedule cosine or one-cycle.";

    [TestMethod]
    public async Task Several_are_refused_together_a_line_each_and_nothing_is_read_or_made()
    {
        using TemporaryFolder folder = new();
        string words =
            $"run {Synthetic} --epochs 200 --ema 0.9 --lookahead --warmup 300 --schedule cosine --milestones 3 --resume --force "
            + "--augment cutout:40 --weights nowhere";

        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, words.Split(' '));

        Assert.AreEqual(2, refused.ExitCode, refused.All);
        CollectionAssert.AreEqual(
            new[]
            {
                "--resume and --force exclude each other.",
                "--schedule cosine has no milestones: leave --milestones out.",
                "--warmup 300 is not shorter than the training's 200 epochs.",
                "--augment cutout: a square of 40 is larger than the images of 32x32; take at most 32.",
                "--ema and --lookahead exclude each other: the model is one average or the other.",
                "`padam-reproduce run --help` lists the options.",
            },
            refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow(
        "--dataset synthetic --partial 1/8 --epochs 0 --precision tf32",
        new[]
        {
            "Option '--backbone' is required.",
            "--epochs must be 1 or more (0 makes a model of --weights as they are).",
            "Option '--optimizer' is required.",
            "--precision tf32 is for GPUs alone: use --device cuda, or --precision float32.",
        }
    )]
    [DataRow(
        $"{Synthetic} --partial 1/8 --augment crop:4,resized-crop,none --threads 1000000",
        new[]
        {
            "The settings of sgd cannot be used. Only padam has a partial.",
            "--threads 1000000 is too many for this machine: at most ",
            "--augment none is for itself: leave the others out, or none.",
            "--augment crop and resized-crop exclude each other.",
        }
    )]
    [DataRow(
        "--dataset cifar10 --recipe airbench --backbone vgg16 --schedule multistep --milestones 3",
        new[]
        {
            "--recipe airbench is for the network airbench94, not vgg16.",
            "--recipe airbench has no milestones: use --schedule cosine or one-cycle.",
            "--recipe airbench has no milestones: leave --milestones out.",
        }
    )]
    [DataRow(
        "--dataset synthetic --backbone resnet18 --fine-tune all --optimizer sgd --recipe report --layer-decay 0.5 --schedule multistep",
        new[]
        {
            "--fine-tune brings its own optimizer: leave --optimizer out.",
            "--fine-tune takes the place of a recipe: leave --recipe out.",
            "--fine-tune is for --dataset folder: pretrained networks take photographs.",
            "resnet18 is no network for photographs; use mlnet-resnet18, or one whose name begins with imagenet-.",
            MultiStepOfAWay,
            "--fine-tune all has a rate of its own for each layer: leave --layer-decay out.",
        }
    )]
    [DataRow(
        "--dataset folder --backbone imagenet-resnet18 --fine-tune last-layer --layer-decay 0.5 --augment cutout:225,mixup --batch-size 1",
        new[]
        {
            "Name a file of pretrained weights for imagenet-resnet18.",
            "--fine-tune last-layer trains one layer, with one rate: leave --layer-decay out.",
            "--augment mixup and cutmix need a --batch-size of 2 or more: each image is mixed with another of its batch.",
            "--augment cutout: a square of 225 is larger than the images of 224x224; take at most 224.",
        }
    )]
    public void All_of_them_are_said(string words, string[] expected)
    {
        string[] said = Of(words);
        Assert.HasCount(expected.Length, said, string.Join(Environment.NewLine, said));
        foreach ((string sentence, string beginning) in said.Zip(expected))
            StringAssert.StartsWith(sentence, beginning);
    }

    [TestMethod]
    [DataRow(
        "--resume --keep-checkpoint --tensorboard --checkpoint-every 2",
        "--resume, --keep-checkpoint, --checkpoint-every, --tensorboard"
    )]
    [DataRow("--schedule cosine --warmup 1 --plateau --tta none", "--schedule, --warmup, --plateau, --tta")]
    [DataRow("--milestones 3 --ema 0.9 --lr 0.1 --epochs 3", "--lr, --epochs, --milestones, --ema")]
    [DataRow("--lookahead --test-limit 3", "--test-limit, --lookahead")]
    public void A_search_for_the_rate_refuses_what_it_would_pass_over(string words, string idle) =>
        Assert.AreEqual(
            $"--find-lr tries rates for a hundred steps, and then ends: leave {idle} out.",
            Of($"{Synthetic} --find-lr {words}").Single()
        );

    [TestMethod]
    [DataRow($"{Synthetic} --find-lr --force --augment flip --accumulate 2 --class-weights balanced --train-limit 9 --clip-norm 1")]
    [DataRow("--dataset synthetic --backbone vgg-small --optimizer adabound --find-lr --lr 0.1")]
    [DataRow($"{Synthetic} --warmup 0 --epochs 0 --weights w")]
    [DataRow($"{Synthetic} --no-decay-on-norm")]
    [DataRow("--dataset synthetic --backbone vgg-small --optimizer adamw --recipe report --no-decay-on-norm")]
    [DataRow("--dataset cifar10 --recipe airbench --no-decay-on-norm --ema 0.9")]
    [DataRow($"{Photographs} last-stage --layer-decay 0.5 --no-decay-on-norm --augment cutout:224 --weights w")]
    [DataRow("--dataset folder --backbone vgg-small --optimizer sgd --augment cutout:64")]
    public void What_acts_is_taken(string words) => Assert.IsEmpty(Of(words));

    [TestMethod]
    [DataRow($"{Synthetic} --recipe report", "--recipe report decays kernels alone, by the loss: leave --no-decay-on-norm out.")]
    [DataRow($"{Synthetic} --weight-decay 0", "--no-decay-on-norm is for a --weight-decay above 0: leave one of them out.")]
    [DataRow(
        $"{Photographs} all --weights w --weight-decay 0",
        "--no-decay-on-norm is for a --weight-decay above 0: leave one of them out."
    )]
    public void Where_the_optimizer_decays_nothing_there_is_nothing_to_leave_out(string words, string said) =>
        Assert.AreEqual(said, Of($"{words} --no-decay-on-norm").Single());

    [TestMethod]
    [DataRow("cifar10", "fine")]
    [DataRow("synthetic", "coarse")]
    [DataRow("folder", "fine")]
    public void Labels_to_choose_from_are_those_of_cifar100(string dataSet, string labels) =>
        Assert.AreEqual(
            "--labels is for --dataset cifar100 alone: leave it out.",
            Of($"--dataset {dataSet} --backbone vgg-small --optimizer sgd --labels {labels}").Single()
        );

    [TestMethod]
    public async Task Evaluating_with_labels_that_the_images_have_not_is_refused_before_the_model_is_looked_for()
    {
        using TemporaryFolder folder = new();
        ConsoleResult refused = await ConsoleProcess.Run(
            folder.Path,
            "evaluate --model nowhere.zip --dataset cifar10 --data nowhere --labels coarse".Split(' ')
        );
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.StartsWith(refused.Error, "--labels is for --dataset cifar100 alone: leave it out.");
    }

    [TestMethod]
    [DataRow("cifar10", "--seed 1", 10)]
    [DataRow("cifar100", "--labels fine", 100)]
    [DataRow("cifar100", "--labels coarse", 20)]
    [DataRow("synthetic", "--seed 1", 10)]
    [DataRow("synthetic", "--data elsewhere", null)]
    [DataRow("folder", "--data photos", null)]
    public void Class_weights_are_as_many_as_the_classes_where_these_are_known(string dataSet, string more, int? classes)
    {
        using TemporaryFolder folder = new();
        File.WriteAllLines(folder["weights"], ["1", "2", "3"]);
        string[] words =
        [
            .. $"--dataset {dataSet} --backbone vgg-small --optimizer sgd {more} --class-weights".Split(' '),
            folder["weights"],
        ];
        CollectionAssert.AreEqual(
            classes is null ? [] : new[] { $"--class-weights has 3 weights, and --dataset {dataSet} {classes} classes." },
            Of(words)
        );

        if (classes is null)
            return;
        File.WriteAllLines(folder["weights"], Enumerable.Repeat("1", classes.Value));
        Assert.IsEmpty(Of(words));
    }

    private static string[] Of(string words) => Of(words.Split(' '));

    private static string[] Of(string[] words)
    {
        ParseResult parsed = CommandLine.Root().Parse(["run", .. words]);
        Assert.IsEmpty(parsed.Errors.Select(error => error.Message));
        return [.. RunFaults.Of(new AskedRun(parsed))];
    }
}
