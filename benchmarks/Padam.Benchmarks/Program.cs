using System.CommandLine;
using Padam.Benchmarks.Cluster;
using Padam.Benchmarks.Compare;
using Padam.Benchmarks.Convolutions;
using Padam.Benchmarks.Export;
using Padam.Benchmarks.Pieces;
using Padam.Benchmarks.Scale;
using Padam.Benchmarks.Transfer;

// `serve` is the child process that `compare` measures; the others are for people.
return new RootCommand("How fast Padam.MLNet is, beside libtorch, PyTorch and the machine.")
{
    CompareCommand.Create(),
    ConvolutionsCommand.Create(),
    ScaleCommand.Create(),
    PiecesCommand.Create(),
    TransferCommand.Create(),
    ExportCommand.Create(),
    ClusterCommand.Create(),
    ServeCommand.Create(),
}
    .Parse(args)
    .Invoke();
