// What tests need a process of its own for:
//   score ZIP IMAGES SIDE                 loads a model and prints its scores
//   score-pictures ZIP PATH...            loads a model of pictures in a column Image and prints its scores
//   machine                               prints the version of libtorch, and why it cannot be loaded
//   without-reflection DATA TARGET        trains and saves where JSON has no reflection
//   train-everything FOLDER PADDED EPOCHS LAST trains with every trick on, from the checkpoint in a folder; in its last epoch it makes the
//                    file LAST and waits to be killed
//   ranks            under mpirun: does everything that ranks do together, and prints what came of it
//   rank-fails WHERE under mpirun: the last rank fails WHERE says, and the others are told
//   train-shared BACKBONE SYNCHRONIZED OUT   under mpirun: trains 20 steps, and leaves each rank's weights in OUT/RANK.safetensors
using System.Globalization;
using Microsoft.ML;
using Padam.FreshProcess;
using Padam.MLNet;
using Padam.MLNet.Tests;

switch (args)
{
    case ["score", var zip, var images, var side]:
        Scoring.Run(zip, images, side);
        return 0;
    case ["score-pictures", var zip, .. var paths]:
        Scoring.RunPictures(zip, paths);
        return 0;
    case ["machine"]:
        Console.WriteLine(MachineReport.LibtorchVersion);
        Console.WriteLine(MachineReport.Read().LibtorchFault);
        return 0;
    case ["without-reflection", var data, var target]:
        WithoutReflection.Run(data, target);
        return 0;
    case ["train-everything", var folder, var padded, var epochs, var last]:
        var mlContext = new MLContext(seed: 1);
        ImageClassificationOptions options = EverythingOn.Options(
            bool.Parse(padded),
            folder,
            int.Parse(epochs, CultureInfo.InvariantCulture)
        );
        options.MetricsCallback = metrics =>
        {
            if (metrics.Epoch < metrics.Epochs)
                return;
            File.WriteAllBytes(last, []);
            Thread.Sleep(Timeout.Infinite);
        };
        mlContext.Padam().ImageClassifier(options).Fit(EverythingOn.View(mlContext)).Dispose();
        return 0;
    case ["ranks"]:
        SharedWork.Together();
        return 0;
    case ["rank-fails", var where]:
        return SharedWork.Fail(where);
    case ["train-shared", var backbone, var synchronized, var target]:
        SharedTraining.Run(backbone, bool.Parse(synchronized), target);
        return 0;
    default:
        Console.Error.WriteLine("The comment at the head of Program.cs lists what there is.");
        return 2;
}
