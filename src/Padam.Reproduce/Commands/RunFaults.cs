using System.CommandLine;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>
/// What of a run's options does not go together, is missing, or would do nothing: all of it, a sentence each, by the command line alone,
/// before any file that it names is looked at.
/// </summary>
internal static class RunFaults
{
    /// <summary>What says how a training goes on to its end, and what is kept of it: a search for a rate has none of it.</summary>
    private static readonly Option[] OfWholeTraining =
    [
        RunOptions.Epochs,
        RunOptions.TestLimit,
        RunOptions.Resume,
        RunOptions.KeepCheckpoint,
        RunOptions.CheckpointEvery,
        RunOptions.TensorBoard,
        RunOptions.Alone,
        RunOptions.Distributed,
        RunOptions.SynchronizedBatchNorm,
        .. TrickOptions.OfWholeTraining,
    ];

    public static IEnumerable<string> Of(AskedRun asked) =>
        [
            .. OfData(asked),
            .. OfNetwork(asked),
            .. OfOptimizer(asked),
            .. OfFineTuning(asked),
            .. OfPlace(asked),
            .. OfSearch(asked),
            .. TrickOptions.Faults(asked),
        ];

    private static IEnumerable<string> OfData(AskedRun asked)
    {
        if (asked.Has(RunOptions.Labels) && !ImageSource.HasTwoKindsOfLabels(asked.Source.DataSet))
            yield return Options.LabelsDoNothing;
    }

    private static IEnumerable<string> OfNetwork(AskedRun asked)
    {
        if (asked.Network is null)
            yield return Missing(RunOptions.Network);
        if (asked.IsAirbench && asked.Network != AirbenchRecipe.Backbone)
            yield return $"--recipe airbench is for the network {AirbenchRecipe.Backbone}, not {asked.Network}.";
        if (asked.Value(RunOptions.Epochs) == 0 && (asked.Value(RunOptions.Weights) ?? asked.Way) is null)
            yield return "--epochs must be 1 or more (0 makes a model of --weights as they are).";
    }

    private static IEnumerable<string> OfOptimizer(AskedRun asked)
    {
        if (asked.Way is null && !asked.IsAirbench && !asked.Has(RunOptions.Optimizer))
            yield return Missing(RunOptions.Optimizer);
        else if (Refused(() => asked.Optimizer.Options()) is { } fault)
            yield return fault;
        else if (asked.Value(TrickOptions.NoDecayOnNorm) && asked.WeightDecay == 0)
            yield return asked.Way is null && Recipe.Parse(asked.Recipe).KernelL2(asked.Optimizer.Options()) > 0
                ? $"--recipe {asked.Recipe} decays kernels alone, by the loss: leave --no-decay-on-norm out."
                : "--no-decay-on-norm is for a --weight-decay above 0: leave one of them out.";
    }

    // A recipe, and an optimizer, are what fine-tuning brings.
    private static IEnumerable<string> OfFineTuning(AskedRun asked)
    {
        if (asked.Way is not { } way)
            yield break;
        if (asked.Has(RunOptions.Optimizer))
            yield return "--fine-tune brings its own optimizer: leave --optimizer out.";
        if (asked.Has(RunOptions.RecipeName))
            yield return "--fine-tune takes the place of a recipe: leave --recipe out.";
        if (asked.Source.DataSet != "folder")
            yield return "--fine-tune is for --dataset folder: pretrained networks take photographs.";
        if (asked.Network is { } network && Refused(() => FineTuning.Proposed(way, network, asked.Value(RunOptions.Weights))) is { } fault)
            yield return fault;
    }

    private static IEnumerable<string> OfPlace(AskedRun asked)
    {
        if (asked.Value(RunOptions.Resume) && asked.Value(RunOptions.Force))
            yield return "--resume and --force exclude each other.";
        if (Refused(() => Options.ThreadsHere(asked.Value(RunOptions.Threads))) is { } fault)
            yield return fault;
        if (asked.Value(RunOptions.Distributed) && asked.Value(RunOptions.DeviceName) != "cpu")
            yield return "--distributed trains on CPUs: leave --device out.";
        if (asked.Value(RunOptions.SynchronizedBatchNorm) && !asked.Value(RunOptions.Distributed))
            yield return "--sync-batch-norm is for --distributed: one process normalises by the whole batch.";
    }

    private static IEnumerable<string> OfSearch(AskedRun asked)
    {
        if (!asked.Value(RunOptions.FindRate))
            yield break;
        // AdaBound's final rate stands in proportion to the rate.
        IEnumerable<Option> rate = asked.Optimizer.Name == "adabound" ? [] : [RunOptions.Rate];
        string[] idle = [.. rate.Concat(OfWholeTraining).Where(asked.Has).Select(option => option.Name)];
        if (idle.Length > 0)
            yield return $"--find-lr tries rates for a hundred steps, and then ends: leave {string.Join(", ", idle)} out.";
    }

    private static string Missing(Option option) => $"Option '{option.Name}' is required.";

    private static string? Refused(Func<object?> check)
    {
        try
        {
            check();
            return null;
        }
        catch (ArgumentException fault)
        {
            return ConsoleWords.Of(fault.Message);
        }
        catch (UsageException fault)
        {
            return fault.Message;
        }
        catch (FileNotFoundException)
        {
            // A package that is not installed is no matter of options: it is named where it is needed.
            return null;
        }
    }
}
