// What tests need a process of its own for:
//   score ZIP IMAGES SIDE                 loads a model and prints its scores
//   score-pictures ZIP PATH...            loads a model of pictures in a column Image and prints its scores
//   without-reflection DATA TARGET        trains and saves where JSON has no reflection
using Padam.FreshProcess;

switch (args)
{
    case ["score", var zip, var images, var side]:
        Scoring.Run(zip, images, side);
        return 0;
    case ["score-pictures", var zip, .. var paths]:
        Scoring.RunPictures(zip, paths);
        return 0;
    case ["without-reflection", var data, var target]:
        WithoutReflection.Run(data, target);
        return 0;
    default:
        Console.Error.WriteLine("score ZIP IMAGES SIDE, score-pictures ZIP PATH..., or without-reflection DATA TARGET");
        return 2;
}
