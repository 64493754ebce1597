using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Padam.MLNet.Data;

/// <summary>Image files as a data view: Label where they have one, ImagePath, and the image, decoded when it is read.</summary>
internal sealed class ImageFilesDataView : IDataView
{
    private const string LabelColumn = "Label",
        PathColumn = "ImagePath",
        FolderImageColumn = "Image";

    private readonly IReadOnlyList<(string Path, uint Key)> _files;
    private readonly bool _upright;
    private readonly int _pathIndex;

    private ImageFilesDataView(
        IReadOnlyList<(string Path, uint Key)> files,
        IReadOnlyList<string>? classNames,
        string imageColumn,
        ImagePreprocessing preprocessing
    )
    {
        (_files, _upright) = (files, preprocessing.ExifOrientation);
        var schema = new DataViewSchema.Builder();
        if (classNames is not null)
            schema.AddColumn(LabelColumn, new KeyDataViewType(typeof(uint), classNames.Count), KeyValues.Annotation(classNames));
        _pathIndex = classNames is null ? 0 : 1;
        schema.AddColumn(PathColumn, TextDataViewType.Instance);
        schema.AddColumn(imageColumn, new ImageDataViewType());
        Schema = schema.ToSchema();
    }

    /// <summary>A folder's images with their classes.</summary>
    internal static ImageFilesDataView Of(ImageFolder folder, ImagePreprocessing preprocessing) =>
        new(folder.Files, folder.ClassNames, FolderImageColumn, preprocessing);

    /// <summary>Images without classes.</summary>
    /// <exception cref="FileNotFoundException">One does not exist.</exception>
    internal static ImageFilesDataView Of(IEnumerable<string> paths, string imageColumn, ImagePreprocessing preprocessing)
    {
        (string, uint)[] files = [.. paths.Select(path => (path, 0u))];
        foreach ((string path, _) in files)
            RequireFile(path);

        return imageColumn == PathColumn
            ? throw new ArgumentException($"The column of paths is named '{PathColumn}' already.", nameof(imageColumn))
            : new(files, null, imageColumn, preprocessing);
    }

    /// <summary>Images with the classes that a list gives them.</summary>
    /// <param name="images">Path and class of each.</param>
    /// <param name="classes">The classes in their order; null for those of the list, in ordinal order.</param>
    /// <param name="preprocessing">How files become pixels.</param>
    /// <exception cref="ArgumentException">A class is empty, twice there, or not among the classes; or there is no image.</exception>
    /// <exception cref="FileNotFoundException">An image does not exist.</exception>
    internal static ImageFilesDataView Of(
        IEnumerable<(string Path, string Label)> images,
        IReadOnlyList<string>? classes,
        ImagePreprocessing preprocessing
    )
    {
        (string Path, string Label)[] all = [.. images];
        if (all.Length == 0)
            throw new ArgumentException("The list has no image.", nameof(images));
        foreach ((string path, string label) in all)
        {
            RequireFile(path);
            ArgumentException.ThrowIfNullOrEmpty(label, nameof(images));
        }

        string[] names = classes is null ? [.. all.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal)] : [.. classes];
        Dictionary<string, uint> keys = [];
        foreach (string name in names)
        {
            if (string.IsNullOrEmpty(name) || !keys.TryAdd(name, (uint)keys.Count + 1))
                throw new ArgumentException($"classes holds '{name}' twice, or a name that is empty.", nameof(classes));
        }

        (string, uint)[] files =
        [
            .. all.Select(image =>
                keys.TryGetValue(image.Label, out uint key)
                    ? (image.Path, key)
                    : throw new ArgumentException(
                        $"'{image.Path}' is of the class '{image.Label}', which is not among the classes {string.Join(", ", names)}.",
                        nameof(images)
                    )
            ),
        ];
        return new(files, names, FolderImageColumn, preprocessing);
    }

    public DataViewSchema Schema { get; }

    private static void RequireFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new FileNotFoundException($"'{path}' is a folder where an image file is expected.", path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The image '{path}' does not exist.{MissingPath.Hint(path)}", path);
    }

    public bool CanShuffle => true;

    public long? GetRowCount() => _files.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(
            this,
            [.. columnsNeeded.Select(column => column.Index)],
            rand is null ? null : Order.Shuffled(_files.Count, rand.Next(int.MaxValue))
        );

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RowCursor
    {
        private readonly ImageFilesDataView _view;
        private readonly DecodingAhead _pictures;

        internal Cursor(ImageFilesDataView view, HashSet<int> active, int[]? order)
            : base(view.Schema, view._files.Count, active, order)
        {
            _view = view;
            _pictures = new DecodingAhead(Decode, position => ImageFile.BytesToDecode(Path(position)), view._files.Count);
        }

        protected override Delegate Getter(int column) =>
            (column - _view._pathIndex) switch
            {
                < 0 => (ValueGetter<uint>)((ref uint key) => key = _view._files[Row].Key),
                0 => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> path) => path = _view._files[Row].Path.AsMemory()),
                _ => (ValueGetter<MLImage>)Image,
            };

        // The caller hands the last row's image back, as to ML.NET's own loader.
        private void Image(ref MLImage image)
        {
            image?.Dispose();
            image = _pictures.At(Position);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _pictures.Dispose();
            base.Dispose(disposing);
        }

        private string Path(long position) => _view._files[RowAt(position)].Path;

        private MLImage Decode(long position)
        {
            string path = Path(position);
            try
            {
                return ImageFile.Decode(path, _view._upright);
            }
            catch (BadImageException fault)
            {
                throw new BadImageException($"Row {position}: the image '{path}' could not be decoded: {fault.Message}.", fault);
            }
        }
    }
}
