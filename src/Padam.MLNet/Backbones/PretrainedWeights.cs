namespace Padam.MLNet.Backbones;

/// <summary>
/// Files of pretrained weights that come with a NuGet package, for <see cref="ImageClassificationOptions.InitialWeights"/>. Nothing is
/// downloaded: the package is the program's to reference.
/// </summary>
public static class PretrainedWeights
{
    private const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18",
        Version = "0.23.1",
        File = "ResNet18.onnx";

    /// <summary>
    /// The ResNet18 that ML.NET's own DnnFeaturizeImage uses, trained on ImageNet: the path of ResNet18.onnx, for
    /// <c>Backbone.Parse("mlnet-resnet18")</c>. Beside it, the package has the mean image that belongs to it.
    /// </summary>
    /// <param name="folder">
    /// A folder that holds the file, or the package's own folder <c>DnnImageModels</c>. The default value is null: beside the program,
    /// where a direct reference to the package puts it, then the NuGet package folder.
    /// </param>
    /// <exception cref="FileNotFoundException">It is in none of these places; the message names package and version.</exception>
    public static string MLNetResNet18(string? folder = null)
    {
        string[] folders = folder is null ? [AppContext.BaseDirectory, NuGetFolder()] : [folder];
        return folders.SelectMany(Places).FirstOrDefault(System.IO.File.Exists)
            ?? throw new FileNotFoundException(
                $"{File} is not in {string.Join(" nor in ", folders.Select(place => $"'{place}'"))}. It comes with the NuGet package "
                    + $"{Package}, version {Version}: dotnet add package {Package} --version {Version}"
            );
    }

    private static string[] Places(string folder) =>
        [
            Path.Combine(folder, File),
            Path.Combine(folder, "ResNet18Onnx", File),
            Path.Combine(folder, "DnnImageModels", "ResNet18Onnx", File),
            Path.Combine(folder, "tools", "DnnImageModels", "ResNet18Onnx", File),
        ];

    // https://learn.microsoft.com/nuget/consume-packages/managing-the-global-packages-and-cache-folders
    private static string NuGetFolder() =>
        Path.Combine(
            Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } packages
                ? packages
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
            Package.ToLowerInvariant(),
            Version
        );
}
