namespace Padam.Reproduce.Reporting;

/// <summary>A piece of the report page, written as Markdown and as HTML.</summary>
internal abstract record Block;

/// <summary>A heading; the note stands behind it, set apart.</summary>
internal sealed record Heading(int Level, string Text, string? Note = null) : Block
{
    public string Full => Note is null ? Text : $"{Text} ({Note})";

    /// <summary>What a link to it says after #, as GitHub makes it of a heading in Markdown.</summary>
    public string Anchor =>
        string.Concat(Full.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
}

internal sealed record Paragraph(string Text, bool Small = false) : Block;

/// <summary>
/// A table; a cell may link to a file beside the page. One with a title is folded away below it where the page can do that.
/// </summary>
internal sealed record Grid(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows, string? Title = null) : Block;

internal sealed record Cell(string Text, string? Link = null);

/// <summary>Figures that belong beside each other.</summary>
internal sealed record Figures(IReadOnlyList<Picture> Pictures) : Block;

/// <summary>A figure: FILE.svg below the page's folder.</summary>
internal sealed record Picture(string File, string Description);
