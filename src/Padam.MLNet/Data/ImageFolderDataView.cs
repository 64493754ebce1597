using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Padam.MLNet.Data;

/// <summary>Image files under one sub-folder a class, in the order of their paths: Label, ImagePath, Image.</summary>
internal sealed class ImageFolderDataView : IDataView
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];
    private readonly (string Path, uint Key)[] _files;

    internal ImageFolderDataView(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException(
                $"The image folder '{folder}' does not exist. Give a folder with one sub-folder of images for each class."
            );
        (string Name, string[] Files)[] classes =
        [
            .. Directory
                .GetDirectories(folder)
                .Order(StringComparer.Ordinal)
                .Select(path => (Path.GetFileName(path), Images(path)))
                .Where(found => found.Item2.Length > 0),
        ];
        if (classes.Length == 0)
            throw new InvalidDataException($"'{folder}' has no sub-folder with an image ({string.Join(", ", Extensions)}).");
        _files = [.. classes.SelectMany((found, index) => found.Files.Select(path => (path, (uint)index + 1)))];

        var schema = new DataViewSchema.Builder();
        schema.AddColumn(
            "Label",
            new KeyDataViewType(typeof(uint), classes.Length),
            KeyValues.Annotation([.. classes.Select(found => found.Name)])
        );
        schema.AddColumn("ImagePath", TextDataViewType.Instance);
        schema.AddColumn("Image", new ImageDataViewType());
        Schema = schema.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => true;

    public long? GetRowCount() => _files.Length;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(
            this,
            [.. columnsNeeded.Select(column => column.Index)],
            rand is null ? null : Order.Shuffled(_files.Length, rand.Next(int.MaxValue))
        );

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static string[] Images(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal),
        ];

    private sealed class Cursor(ImageFolderDataView view, HashSet<int> active, int[]? order)
        : RowCursor(view.Schema, view._files.Length, active, order)
    {
        protected override Delegate Getter(int column) =>
            column switch
            {
                0 => (ValueGetter<uint>)((ref uint key) => key = view._files[Row].Key),
                1 => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> path) => path = view._files[Row].Path.AsMemory()),
                _ => (ValueGetter<MLImage>)Image,
            };

        // The caller hands the last row's image back, as to ML.NET's own loader.
        private void Image(ref MLImage image)
        {
            image?.Dispose();
            image = Decode(view._files[Row].Path);
        }

        private MLImage Decode(string path)
        {
            try
            {
                return ImageFile.Decode(path);
            }
            catch (BadImageException fault)
            {
                throw new BadImageException(
                    $"Row {Position}: the image '{path}' could not be decoded: {fault.Message}. Replace or remove the file, or set "
                        + "SkipBadImages.",
                    fault
                );
            }
        }
    }
}
