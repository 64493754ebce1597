using System.Globalization;
using System.Text.Json.Nodes;

namespace Padam.MLNet.Models;

/// <summary>
/// What an ONNX file tells its reader about the images that it takes, and about the classes. The keys with a dot are those of
/// https://onnx.ai/onnx/repo-docs/MetadataProps.html.
/// </summary>
internal static class OnnxMetadata
{
    internal static IReadOnlyDictionary<string, string> Of(NetworkDescription model)
    {
        PreprocessingDescription preprocessing = model.Preprocessing ?? PreprocessingDescription.OfFormat1;
        double white = ModelGraph.White(model, ModelGraph.Pixels(model));
        Dictionary<string, string> metadata = new()
        {
            ["Image.BitmapPixelFormat"] = "Rgb8",
            ["Image.ColorSpaceGamma"] = "SRGB",
            ["image_height"] = Number(model.Height),
            ["image_width"] = Number(model.Width),
            ["image_white"] = Number(white),
            ["image_resize"] = preprocessing.Resize,
            ["image_resampling"] = preprocessing.Resampling ?? "skia",
            ["image_background"] = preprocessing.BackgroundColor,
            ["image_exif_orientation"] = preprocessing.ExifOrientation ? "true" : "false",
            ["backbone"] = model.Backbone,
        };
        if (NominalRange(white) is { } range)
            metadata["Image.NominalPixelRange"] = range;
        if (model is ModelDescription classifier)
            metadata["test_time_augmentation"] = $"{classifier.TestTimeAugmentation ?? TestTimeAugmentation.None}";
        if (model is ModelDescription { Labels.Values: { } names })
            metadata["class_names"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]).ToJsonString();
        return metadata;
    }

    private static string? NominalRange(double white) =>
        white switch
        {
            byte.MaxValue => "NominalRange_0_255",
            1 => "Normalized_0_1",
            _ => null,
        };

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
