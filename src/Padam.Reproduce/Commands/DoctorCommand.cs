using System.CommandLine;
using Padam.MLNet;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;

namespace Padam.Reproduce.Commands;

/// <summary><c>doctor</c>: what this machine has, and what that means for speed.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what this machine has (processor, threads, memory, libtorch, GPUs) and what that means.");
        command.SetAction(_ =>
        {
            Console.WriteLine(VersionAction.OfProgram);
            foreach (string sentence in MachineSentences.Of(MachineReport.Read()))
                Console.WriteLine(sentence);
            return ExitCode.Success;
        });
        return command;
    }
}
