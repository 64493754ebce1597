using System.Text;

namespace Padam.Reproduce.Exits;

/// <summary>
/// Standard output or error on a terminal that may hang up. What nobody can read any more is dropped, so that a training still saves; .NET
/// itself does so where the reader of a pipe left. A disk that is full is another matter, and said.
/// </summary>
internal sealed class EnduringWriter(TextWriter output) : TextWriter
{
    /// <summary>What a write to a terminal that is gone comes back with, as .NET passes it on.</summary>
    private const int Eio = 5;

    private TextWriter output = output;

    public override Encoding Encoding => output.Encoding;

    public override IFormatProvider FormatProvider => output.FormatProvider;

    public override void Write(char value) => Attempt(() => output.Write(value));

    public override void Write(char[] buffer, int index, int count) => Attempt(() => output.Write(buffer, index, count));

    public override void Write(string? value) => Attempt(() => output.Write(value));

    public override void Flush() => Attempt(output.Flush);

    /// <summary>Stands between the console's streams and all that writes to them.</summary>
    public static void Install()
    {
        Console.SetOut(new EnduringWriter(Console.Out));
        Console.SetError(new EnduringWriter(Console.Error));
    }

    private void Attempt(Action write)
    {
        try
        {
            write();
        }
        catch (IOException fault) when (fault.HResult == Eio)
        {
            output = Null;
        }
    }
}
