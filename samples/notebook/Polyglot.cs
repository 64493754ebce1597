/// <summary>What Polyglot Notebooks gives every cell, for the program that the build makes of them.</summary>
internal static class Polyglot
{
    private static int s_shown;

    public static string HTML(string markup) => markup;

    /// <summary>Where a notebook shows something below its cell, the program writes a file.</summary>
    public static void display(string markup)
    {
        string file = $"plot-{++s_shown}.html";
        File.WriteAllText(file, markup);
        Console.WriteLine($"{file}: {markup.Length} characters");
    }
}
