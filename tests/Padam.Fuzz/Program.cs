// What fuzz.sh calls: under afl-fuzz a reader takes input after input; the other words write what it begins with and look at what it found.
//   Padam.Fuzz list | seeds READER FOLDER | fuzz READER | read READER FILE...
using Padam.Fuzz;
using Padam.MLNet.Tests;
using SharpFuzz;

if (args is ["list"])
{
    foreach (Reader known in Readers.All)
        Console.WriteLine(known.Name);
    return 0;
}

if (args is not [var verb, var name, .. var files] || Readers.All.FirstOrDefault(reader => reader.Name == name) is not { } reader)
{
    Console.Error.WriteLine($"usage: list | seeds READER FOLDER | fuzz READER | read READER FILE...; readers: {Readers.Names}");
    return 2;
}

using var folder = new TemporaryFolder();
switch (verb)
{
    case "seeds":
        Directory.CreateDirectory(files[0]);
        foreach ((int i, byte[] seed) in reader.Seeds(folder).Index())
            File.WriteAllBytes(Path.Combine(files[0], $"seed-{i}"), seed);
        return 0;
    case "fuzz":
        // Opened by the first input: counted code may run only under the fuzzer, which has the memory for its counters.
        Lazy<Action<byte[]>> read = new(() => reader.Open(folder));
        using (var input = new MemoryStream())
        {
            Fuzzer.Run(stream =>
            {
                input.SetLength(0);
                stream.CopyTo(input);
                Reader.Try(read.Value, input.ToArray());
            });
        }

        return 0;
    case "read":
        Action<byte[]> once = reader.Open(folder);
        foreach (string file in files)
            Console.WriteLine($"{file}: {(Reader.Try(once, File.ReadAllBytes(file)) ? "read" : "refused")}");
        return 0;
    default:
        Console.Error.WriteLine($"'{verb}' is none of list, seeds, fuzz, read.");
        return 2;
}
