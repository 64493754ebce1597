using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.Reliability;

/// <summary>All that the library does, while another thread collects garbage without end.</summary>
internal static class StormCases
{
    internal static IEnumerable<Case> All =>
        [
            new("Storm", "every optimizer, three networks in turn: fit, validate, checkpoint, save, load, verify, score", Trainings),
            new("Storm", "every optimizer's steps, over memory and by libtorch's operators, state saved and loaded", Steps),
        ];

    private static Outcome Trainings(Bench bench)
    {
        var work = new StormWork(bench.Fresh());
        (string Backbone, Initialization Initialization)[] networks =
        [
            ("resnet18", Initialization.VarianceScaling),
            ("vgg16", Initialization.Glorot),
            ("wrn-16-4", Initialization.PyTorch),
        ];
        (string, Func<string>)[] pieces =
        [
            .. StormWork.Optimizers.Select(
                (optimizer, i) =>
                {
                    (string backbone, Initialization initialization) = networks[i % networks.Length];
                    return ($"{backbone} with {optimizer}", (Func<string>)(() => work.Training(backbone, initialization, optimizer)));
                }
            ),
        ];
        return Of([.. pieces.Take(bench.Count(pieces.Length))], bench.Time(120));
    }

    private static Outcome Steps(Bench bench) =>
        Of(
            [
                .. StormWork.Optimizers.SelectMany(
                    optimizer => new[] { ScalarType.Float32, ScalarType.Float64 },
                    (optimizer, type) => ($"{type} with {optimizer}", (Func<string>)(() => StormWork.Steps(optimizer, type)))
                ),
            ],
            bench.Time(30)
        );

    private static Outcome Of(IReadOnlyList<(string, Func<string>)> pieces, TimeSpan time)
    {
        (int done, int equal, string? fault, long collections) = StormWork.Run(pieces, time);
        return new(done, equal, fault ?? $"the bytes of quiet; {collections} collections");
    }
}
