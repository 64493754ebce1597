using System.Globalization;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Experiments;

/// <summary>
/// An array job for Slurm, one task a run. Two minutes before its limit, or when it is preempted, a task is told to stop; it saves, and
/// goes back into the queue. One that the user cancels saves too, and stays cancelled. What the user named is text here, whatever it is
/// made of: neither a command nor a directive.
/// </summary>
internal static class SlurmScript
{
    /// <summary>
    /// How a task starts a run's ranks, by the mpirun of each node's Open MPI: it knows Slurm's allocation, whatever MPI Slurm was built
    /// with. A rank's threads are bound to cores of their own; told to stop, mpirun gives its ranks time to save.
    /// </summary>
    private const string Ranks =
        "mpirun -n \"$SLURM_NTASKS\" --map-by slot:PE=\"$SLURM_CPUS_PER_TASK\" --bind-to core --mca odls_base_sigkill_timeout 25 ";

    /// <param name="plan">The runs.</param>
    /// <param name="runs">How many there are.</param>
    /// <param name="words">The command line of one of them, but for its index.</param>
    /// <param name="output">Where it writes.</param>
    /// <param name="device">On what it trains.</param>
    /// <param name="threads">CPU threads of a process; null for four.</param>
    /// <param name="ranks">Processes that train one run together; null for one without MPI.</param>
    public static string For(
        ExperimentPlan plan,
        int runs,
        IReadOnlyList<string> words,
        string output,
        string device,
        int? threads,
        int? ranks = null
    )
    {
        string start = (ranks is null ? "" : Ranks) + Line(ThisProgram.Start.Concat(words));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            #!/bin/bash
            # {{OneLine(plan.Title)}}; scale {{plan.Scale}}, recipe {{plan.Recipe}}: {{runs}} runs.
            # Submit it with sbatch from this folder; afterwards `padam-reproduce report --out {{ShellWord.Of(
                output
            )}}` gathers what the tasks wrote.
            #SBATCH --job-name=padam-{{Plain(plan.Name)}}
            #SBATCH --array=0-{{runs - 1}}
            #SBATCH --requeue
            #SBATCH --open-mode=append
            #SBATCH --signal=B:TERM@120
            {{(ranks is { } count ? $"#SBATCH --ntasks={count}" : "# One process a run: --ranks N shares each out over N, by MPI.")}}
            #SBATCH --cpus-per-task={{threads ?? 4}}
            {{(device == "cpu" ? "# CPU only: --device cuda asks for a GPU." : "#SBATCH --gres=gpu:1")}}
            #SBATCH --time=24:00:00
            #SBATCH --output=padam-{{Plain(plan.Name)}}-%A_%a.log

            # The same number of threads on every node: another one changes the last digits of a result.
            {{start}} --threads "$SLURM_CPUS_PER_TASK" --index "$SLURM_ARRAY_TASK_ID" &
            child=$!
            trap 'kill -{{(ranks is null ? "TERM" : "USR1")}} "$child"' TERM
            # A trapped signal ends `wait` early; the child is still saving then.
            wait "$child"; code=$?
            while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
            # A task that was cancelled, or that Slurm itself put back, is told to stop as well, but is not running any more.
            task="${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
            if [ "$code" -eq {{ExitCode.Terminated}} ] && [ "$(squeue --noheader --jobs="$task" --format=%T)" = RUNNING ]; then
                scontrol requeue "$task"
            fi
            exit "$code"

            """
        );
    }

    /// <summary>What a task sees of a GPU: it gets one, whatever number that has on its node.</summary>
    public static string DeviceOfTask(string device) => device == "cpu" ? device : "cuda";

    private static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(ShellWord.Of));

    private static string OneLine(string text) => string.Concat(text.Select(c => ShellWord.IsBreak(c) ? ' ' : c));

    /// <summary>For directives, where blanks end a value and % stands for something.</summary>
    private static string Plain(string name) =>
        string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
}
