return await Padam.Reproduce.Commands.CommandLine.RunAsync(args);
