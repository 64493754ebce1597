using System.CommandLine;
using Padam.Benchmarks.Compare;
using Padam.Benchmarks.Pieces;
using Padam.Benchmarks.Scale;

// `ours` is the child process that `compare` measures; the others are for people.
return new RootCommand("How fast Padam.MLNet is, beside PyTorch and beside the machine.")
{
    CompareCommand.Create(),
    ScaleCommand.Create(),
    PiecesCommand.Create(),
    OursCommand.Create(),
}
    .Parse(args)
    .Invoke();
