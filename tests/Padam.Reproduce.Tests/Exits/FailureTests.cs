using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Exits;

// What the runtime and TorchSharp throw.
#pragma warning disable CA2201

namespace Padam.Reproduce.Tests.Exits;

[TestClass]
public sealed class FailureTests
{
    private static Failure Of(Action action)
    {
        try
        {
            action();
        }
        catch (Exception thrown)
        {
            return Failure.Of(thrown);
        }

        throw new AssertFailedException("Nothing was thrown.");
    }

    [TestMethod]
    public void What_the_program_and_the_library_say_is_a_sentence_for_the_user()
    {
        Assert.AreEqual("Choose another --out.", Of(() => throw new CommandException("Choose another --out.")).Sentence);

        Failure ofLibrary = Of(() => new MLContext().Padam().ImageClassifier(new ImageClassificationOptions { BatchSize = 0 }));
        Assert.IsTrue(ofLibrary.IsForTheUser);
        Assert.AreEqual("--batch-size is 0; it must be at least 1.", ofLibrary.Sentence);
    }

    [TestMethod]
    public void What_goes_wrong_with_files_is_a_sentence_whoever_wraps_it()
    {
        var full = new IOException("No space left on device : '/data/data_batch_1.bin'");
        foreach (
            Exception thrown in new Exception[]
            {
                full,
                new AggregateException(full),
                new TypeInitializationException("X", full),
                new TargetInvocationException(full),
                // As ML.NET's reading threads have it.
                new InvalidOperationException("Splitter/consolidator worker encountered exception while consuming source data", full),
            }
        )
            Assert.AreEqual(new Failure(full.Message), Failure.Of(thrown), thrown.GetType().Name);
        foreach (Exception thrown in new Exception[] { new UnauthorizedAccessException("no"), new InvalidDataException("no") })
            Assert.AreEqual(new Failure("no"), Failure.Of(thrown));
    }

    [TestMethod]
    public void What_wraps_a_fault_without_being_known_to_is_the_fault()
    {
        Assert.IsFalse(Failure.Of(new InvalidOperationException("Another sentence", new IOException("full"))).IsForTheUser);
        Assert.IsFalse(Failure.Of(new AggregateException()).IsForTheUser);
        Assert.IsFalse(Failure.Of(new TargetInvocationException(null)).IsForTheUser);
    }

    [TestMethod]
    public void A_position_beyond_what_the_file_system_has_is_said_of_the_file()
    {
        using TemporaryFolder folder = new();
        using FileStream file = File.Create(folder["file"]);
        Failure failure = Of(() => file.SetLength(-1));
        Assert.IsTrue(failure.IsForTheUser, failure.Sentence);
    }

    [TestMethod]
    public void A_fault_of_the_program_is_called_one_and_shows_where_it_is()
    {
        foreach (
            Action fault in new Action[]
            {
                () => _ = new List<int>()[3],
                () => _ = ((string)null!).Length,
                () => _ = new Dictionary<string, int>()["none"],
                () => _ = Array.Empty<int>().First(),
                () => _ = int.Parse("x", System.Globalization.CultureInfo.InvariantCulture),
            }
        )
        {
            Failure failure = Of(fault);
            Assert.IsFalse(failure.IsForTheUser);
            StringAssert.StartsWith(failure.Sentence, "This is a fault of padam-reproduce");
            StringAssert.Contains(failure.Trace, nameof(FailureTests));
        }
    }

    [TestMethod]
    public void Where_memory_ran_out_the_way_to_need_less_is_said()
    {
        StringAssert.Contains(Failure.Of(new OutOfMemoryException()).Sentence, "--batch-size");
        Failure ofLibtorch = Failure.Of(
            new ExternalException(
                "[enforce fail at alloc_cpu.cpp:118] . DefaultCPUAllocator: can't allocate memory: you tried ...\nFrames:\n#0"
            )
        );
        StringAssert.Contains(ofLibtorch.Sentence, "--batch-size");
        Assert.IsFalse(ofLibtorch.Sentence.Contains("Frames", StringComparison.Ordinal));
        Assert.IsTrue(ofLibtorch.IsForTheUser);
        StringAssert.Contains(Failure.Of(new ExternalException("CUDA out of memory. Tried to allocate 2 GiB")).Sentence, "GPU's memory");
        Assert.AreEqual("The system has none.", Failure.Of(new InsufficientMemoryException("The system has none.")).Sentence);
    }

    [TestMethod]
    public void A_GPU_that_cannot_be_used_is_said_with_the_way_around_it()
    {
        Failure failure = Failure.Of(new ExternalException("CUDA error: no kernel image is available for execution on the device\nmore"));
        Assert.AreEqual(
            "The GPU cannot be used: CUDA error: no kernel image is available for execution on the device. Use --device cpu, or see "
                + "docs/gpu.md.",
            failure.Sentence
        );
        Assert.IsTrue(failure.IsForTheUser);
    }

    [TestMethod]
    public void A_native_library_that_is_missing_is_said_with_the_remedy()
    {
        var missing = new DllNotFoundException("Unable to load shared library 'LibTorchSharp' or one of its dependencies.\nmore\nand more");
        Failure failure = Failure.Of(new TypeInitializationException("TorchSharp.torch", missing));
        StringAssert.Contains(failure.Sentence, "'LibTorchSharp'");
        StringAssert.Contains(failure.Sentence, "dotnet build");
        Assert.IsTrue(failure.IsForTheUser);
        foreach (
            Exception other in new Exception[]
            {
                new BadImageFormatException("of 32 bits."),
                new EntryPointNotFoundException("THSTensor_x"),
            }
        )
            StringAssert.StartsWith(
                Failure.Of(other).Sentence,
                $"A native library is missing or cannot be loaded: {other.Message.TrimEnd('.')}. "
            );
    }

    [TestMethod]
    public void What_else_libtorch_reports_is_one_line_and_a_fault_of_the_program()
    {
        Failure failure = Failure.Of(
            new ExternalException("The size of tensor a (3) must match the size of tensor b (4)\nException raised from")
        );
        StringAssert.Contains(failure.Sentence, "tensor a (3)");
        Assert.IsFalse(failure.Sentence.Contains("raised", StringComparison.Ordinal));
        Assert.IsFalse(failure.IsForTheUser);
    }
}
