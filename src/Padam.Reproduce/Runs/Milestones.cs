using System.Globalization;

namespace Padam.Reproduce.Runs;

/// <summary>Whole epochs after which the rate falls, as <c>--milestones</c> takes them: <c>50,75</c>, or <c>none</c>.</summary>
internal static class Milestones
{
    public const string None = "none";

    /// <exception cref="FormatException">It is no such list; the message says so.</exception>
    public static IReadOnlyList<int> Parse(string text)
    {
        if (text == None)
            return [];
        List<int> milestones = [];
        foreach (string word in text.Split(','))
        {
            if (
                !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int milestone)
                || milestone <= milestones.LastOrDefault()
            )
                throw new FormatException($"--milestones '{text}' is not none, or ascending epochs such as 50,75.");
            milestones.Add(milestone);
        }

        return milestones;
    }

    public static string Text(IReadOnlyList<int> milestones) => milestones.Count == 0 ? None : string.Join(',', milestones);
}
