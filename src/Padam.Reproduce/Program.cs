using Padam.MLNet;
using Padam.Reproduce.Commands;

// Before the first tensor: a training of hours keeps the resident memory of its first minutes.
LargeAllocations.MapOneByOne();
return await CommandLine.RunAsync(args);
