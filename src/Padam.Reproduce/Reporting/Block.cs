namespace Padam.Reproduce.Reporting;

/// <summary>A piece of a page, written as HTML and, of the report's, as Markdown.</summary>
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

/// <param name="Text">What it says.</param>
/// <param name="Link">The file that it leads to.</param>
/// <param name="IsDownload">Whether a browser keeps the file instead of showing it.</param>
internal sealed record Cell(string Text, string? Link = null, bool IsDownload = false);

/// <summary>A line for a terminal.</summary>
internal sealed record CommandLineText(string Text) : Block;

/// <summary>Figures that belong beside each other.</summary>
internal sealed record Figures(IReadOnlyList<Picture> Pictures) : Block;

/// <summary>A figure: FILE.svg below the page's folder.</summary>
internal sealed record Picture(string File, string Description);

/// <summary>Photographs beside each other, each with a line below it; of pages in HTML alone.</summary>
internal sealed record Gallery(IReadOnlyList<Photograph> Photographs) : Block;

/// <param name="Png">The picture.</param>
/// <param name="Description">What is to be seen, for those who don't see it.</param>
/// <param name="Caption">The line below it.</param>
internal sealed record Photograph(byte[] Png, string Description, string Caption);

/// <summary>A figure that is in no file of its own; of pages in HTML alone.</summary>
/// <param name="Svg">The drawing.</param>
/// <param name="Description">What is to be seen, for those who don't see it.</param>
internal sealed record Drawing(string Svg, string Description) : Block;

/// <summary>A square table of counts by class; of pages in HTML alone.</summary>
/// <param name="Title">What is counted.</param>
/// <param name="Names">The classes, of rows and columns.</param>
/// <param name="Counts">By row and column.</param>
internal sealed record Matrix(string Title, IReadOnlyList<string> Names, IReadOnlyList<IReadOnlyList<long>> Counts) : Block;
