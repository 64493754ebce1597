namespace Padam.Neighbours.Tests;

/// <summary>Uses libraries in an order, each as often as it is named; prints what came out and what is loaded then.</summary>
internal static class Uses
{
    internal const string Loaded = "loaded";

    internal static int Run(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            IEnumerable<string> results = name switch
            {
                nameof(Ours) => Ours.Use(),
                nameof(TextAndObjects) => TextAndObjects.Use(),
                nameof(Trees) => Trees.Use(),
                nameof(Onnx) => Onnx.Use(),
                _ => throw new ArgumentException($"There is no library '{name}'.", nameof(names)),
            };
            foreach (string result in results)
                Console.WriteLine($"{name} {result}");
        }

        foreach (string file in NativeFiles())
            Console.WriteLine($"{Loaded} {file}");
        return 0;
    }

    // Address, rights, offset, device, inode and, from the sixth column on, the file.
    private static IEnumerable<string> NativeFiles() =>
        File.ReadLines("/proc/self/maps")
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length == 6 && parts[5].Contains(".so", StringComparison.Ordinal))
            .Select(parts => parts[5].Trim())
            .Distinct();
}
