using Microsoft.ML;
using Padam.MLNet.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// Nothing that the caller's process or thread has set changes what the library computes, and all of it is as it was afterwards.
/// </summary>
[TestClass]
[DoNotParallelize] // Defaults and generator are the process's.
public sealed partial class CallersStateTests
{
    private static readonly MLContext MlContext = new(seed: 1);
    private static readonly TemporaryFolder Folder = new();
    private static readonly Dictionary<string, byte[]> Usual = [];
    private static IDataView _images = null!;
    private static ImageClassificationTransformer _model = null!;

    [ClassInitialize]
    public static void Train(TestContext context)
    {
        (_images, _) = TinyImages.Load(MlContext, Folder["data"], train: 24, test: 1);
        NoisyNetwork.Register();
        LayersNetwork.Register();
        Backbone.Register("failing", _ => throw new TimeoutException());
        Backbone.Register("strange", classes => nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, classes)));
        using (ImageClassificationTransformer strange = Fit("strange", _ => { }))
            MlContext.Model.Save(strange, _images.Schema, Folder["strange.zip"]);
        Backbone.Register("strange", _ => throw new TimeoutException());
        _model = Fit("vgg-small", _ => { });
        MlContext.Model.Save(_model, _images.Schema, Folder["model.zip"]);
        foreach ((string way, Func<byte[]> run) in Ways)
            Usual[way] = run();
    }

    [ClassCleanup]
    public static void Delete()
    {
        _model.Dispose();
        Folder.Dispose();
    }

    public static IEnumerable<object[]> StatesAndWays() => States(Ways.Keys);

    public static IEnumerable<object[]> StatesAndFailures() => States(Failures.Keys);

    [TestMethod]
    [DynamicData(nameof(StatesAndWays))]
    public void The_callers_state_changes_no_result_and_stays(string state, string way)
    {
        byte[] result;
        using (CallersState.All[state]())
        {
            // A network drawn from the caller's own numbers moves them; the way begins and ends with a seed of its own.
            string before = CallersState.Now();
            (result, int left) = ([], 0);
            left = CallersState.InScope(() => result = Ways[way]());
            Assert.AreEqual(before, CallersState.Now());
            Assert.AreEqual(0, left, "tensors left in the caller's dispose scope");
        }

        CollectionAssert.AreEqual(Usual[way], result);
    }

    [TestMethod]
    [DynamicData(nameof(StatesAndFailures))]
    public void The_callers_state_stays_after_an_exception_too(string state, string way)
    {
        using IDisposable callers = CallersState.All[state]();
        string before = CallersState.Now();

        int left = CallersState.InScope(() => Assert.Throws<Exception>(Failures[way]));

        Assert.AreEqual(before, CallersState.Now());
        Assert.AreEqual(0, left, "tensors left in the caller's dispose scope");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Threads_are_those_of_the_caller_again_after_Fit(bool fails)
    {
        int before = get_num_threads(),
            inTraining = 0;
        Assert.AreNotEqual(3, before);

        void Fit() =>
            Trained(
                "vgg-small",
                options =>
                {
                    options.Threads = 3;
                    options.ProgressCallback = _ => inTraining = fails ? throw new TimeoutException() : get_num_threads();
                }
            );
        if (fails)
            Assert.ThrowsExactly<TimeoutException>(Fit);
        else
            Fit();

        Assert.AreEqual(before, get_num_threads());
        Assert.AreEqual(fails ? 0 : 3, inTraining);
    }

    [TestMethod]
    public void Callbacks_run_in_the_callers_state_and_keep_the_tensors_they_make()
    {
        List<Tensor> kept = [];
        List<bool> gradients = [];
        using (no_grad())
        {
            Trained(
                "vgg-small",
                options =>
                {
                    options.MetricsCallback = metrics => kept.Add(tensor(metrics.Loss));
                    options.ProgressCallback = _ =>
                    {
                        kept.Add(ones(1));
                        gradients.Add(is_grad_enabled());
                    };
                }
            );
        }

        Assert.IsNotEmpty(kept);
        Assert.IsTrue(kept.All(made => !made.IsInvalid));
        Assert.IsTrue(gradients.TrueForAll(enabled => !enabled));
        kept.ForEach(made => made.Dispose());
    }

    [TestMethod]
    public void A_model_outlives_the_dispose_scope_it_was_made_in()
    {
        ImageClassificationTransformer fitted,
            loaded;
        using (NewDisposeScope())
            (fitted, loaded) = (
                Fit("vgg-small", _ => { }),
                (ImageClassificationTransformer)MlContext.Model.Load(Folder["model.zip"], out _)
            );

        using (fitted)
        using (loaded)
            CollectionAssert.AreEqual(Scores(fitted), Scores(loaded));
    }

    // Native code reads tensors that TorchSharp keeps nothing alive of: a scope does.
    [TestMethod]
    [DataRow("Fit, a built-in network")]
    [DataRow("Fit, a registered network")]
    [DataRow("Fit, an optimizer of one's own")]
    [DataRow("Load and Transform")]
    [DataRow("Transform")]
    [DataRow("Save")]
    [DataRow("SaveWeights")]
    [DataRow("Verify")]
    public void Every_tensor_is_made_in_a_dispose_scope(string way)
    {
        LifetimeStatistics made = DisposeScopeManager.Statistics.TensorStatistics;
        (long inScope, long outside) = (made.CreatedInScopeCount, made.CreatedOutsideScopeCount);

        Ways[way]();

        Assert.IsGreaterThan(inScope, made.CreatedInScopeCount);
        Assert.AreEqual(outside, made.CreatedOutsideScopeCount);
    }

    [TestMethod]
    public void Two_trainings_with_dropout_side_by_side_give_what_each_gives_alone()
    {
        byte[] Noisy(int seed) => Trained("noisy", options => (options.Seed, options.Epochs) = (seed, 4));
        byte[][] alone = [Noisy(1), Noisy(2)];

        using var stop = new CancellationTokenSource();
        Task builder = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Backbone.Parse("noisy").Build(10).Dispose();
        });
        byte[][] together = Task.WhenAll(Task.Run(() => Noisy(1)), Task.Run(() => Noisy(2))).GetAwaiter().GetResult();
        stop.Cancel();
        builder.Wait();

        CollectionAssert.AreEqual(alone[0], together[0]);
        CollectionAssert.AreEqual(alone[1], together[1]);
    }

    private static IEnumerable<object[]> States(IEnumerable<string> ways) =>
        CallersState.All.Keys.SelectMany(_ => ways, (state, way) => new object[] { state, way });

    private static void AssertIsOrdinary(Tensor tensor)
    {
        using IDisposable mode = inference_mode(false),
            noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        tensor.zero_();
    }
}
