using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Padam.MLNet.Backbones;

/// <summary>
/// A network by name: the built-in ones and those that <see cref="Register"/> adds. The built-in networks are the paper's for 32x32 images
/// and, under names that begin with <c>imagenet-</c>, torchvision's for photographs; they take any image of at least
/// <see cref="MinimumSize"/>. <c>mlnet-resnet18</c> is the pretrained network of ML.NET (<see cref="PretrainedWeights"/>), which takes
/// images of 224x224 only.
/// </summary>
public abstract class Backbone
{
    private protected Backbone(string name, BackboneSettings settings) => (Name, Settings) = (name, settings);

    /// <summary>
    /// The names that <see cref="Parse"/> knows: the built-in ones, <c>wrn-&lt;depth&gt;-&lt;widen&gt;</c> for the family of wide networks,
    /// then the registered ones.
    /// </summary>
    public static IReadOnlyList<string> Names => BackboneRegistry.Names;

    /// <summary>The name, in lower case for built-in networks.</summary>
    public string Name { get; }

    /// <summary>Initialisation and batch normalisation; change them by <see cref="With"/>.</summary>
    public BackboneSettings Settings { get; }

    /// <summary>
    /// The smallest height and width, in pixels, that the network can carry. 1 for registered networks: they decide themselves.
    /// </summary>
    public abstract int MinimumSize { get; }

    /// <summary>Finds a network by name, whatever the case.</summary>
    /// <param name="name">
    /// <c>vgg11|13|16|19</c>, <c>vgg-small</c>, <c>resnet18|34|50|101|152</c>, <c>wrn-&lt;depth&gt;-&lt;widen&gt;</c> (depth = 6n+4),
    /// <c>wrn-16-4-report</c>, <c>airbench94</c>; for photographs <c>imagenet-resnet18|34|50|101|152</c> and, with batch normalisation,
    /// <c>imagenet-vgg11|13|16|19</c>; <c>mlnet-resnet18</c>; or a registered name.
    /// </param>
    /// <exception cref="ArgumentException">The name is not known; the message lists the names and the nearest one.</exception>
    public static Backbone Parse(string name) => BackboneRegistry.Parse(name);

    /// <summary>
    /// Adds a network of your own, or replaces the one registered under the same name. Register it again, before loading, in a process that
    /// loads its model. It is built, and runs, with float32 on its own device as torch's defaults, whatever the process has set, and trains
    /// with random numbers of that training alone.
    /// </summary>
    /// <param name="name">The name by which <see cref="Parse"/> finds it from now on. Built-in names are refused.</param>
    /// <param name="build">Makes a fresh network for the given number of classes: logits [N, classes] from images [N, 3, H, W].</param>
    /// <exception cref="ArgumentException">The name is empty or built in.</exception>
    public static void Register(string name, Func<int, Module<Tensor, Tensor>> build) => BackboneRegistry.Register(name, build);

    /// <summary>The same network with other settings.</summary>
    /// <exception cref="ArgumentException">Some settings are out of range; the message names them all.</exception>
    /// <exception cref="NotSupportedException">The network is a registered one, which draws its own weights.</exception>
    public Backbone With(BackboneSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string faults = string.Join(" ", settings.Validate());
        if (faults.Length > 0)
            throw new ArgumentException(faults, nameof(settings));
        return settings == Settings ? this : Change(settings);
    }

    /// <summary>
    /// Makes the network on the CPU with fresh weights from torch's global generator (<c>torch.manual_seed</c>), in training mode.
    /// </summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <returns>Logits [N, classes] from images [N, 3, H, W]. Dispose it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is below 1.</exception>
    /// <exception cref="DllNotFoundException">libtorch is missing; the message says what to do.</exception>
    public Module<Tensor, Tensor> Build(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        NativeLibraries.EnsureLoaded();
        // The network outlives whatever scope the caller happens to be in.
        using var state = TorchState.Enter();
        using Lock.Scope alone = RandomStream.Alone();
        Module<Tensor, Tensor> network = Create(classes);
        network.Keep();
        return network;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The sizes of images that the network takes.</summary>
    internal virtual ImageSizeRule Sizes => new(MinimumSize);

    /// <summary>How the weights that there are for this network were trained; null where nothing is known.</summary>
    internal virtual Pretraining? Pretraining => null;

    private protected abstract Backbone Change(BackboneSettings settings);

    private protected abstract Module<Tensor, Tensor> Create(int classes);

    /// <summary>Throws unless images of this size fit the network; for callers that want to refuse before any work.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which do.</exception>
    internal void CheckImageSize(int height, int width) => Sizes.Require(Name, height, width);

    /// <summary>Builds the network that a model file names, with as many numbers as the file has at most.</summary>
    /// <exception cref="InvalidOperationException">It was a registered one and is not registered in this process.</exception>
    /// <exception cref="InvalidDataException">There is no such network, or it is larger than the file.</exception>
    internal static Module<Tensor, Tensor> BuildOfModel(string name, BackboneSettings settings, int classes, long mostNumbers, string file)
    {
        try
        {
            if (BackboneRegistry.Find(name) is { } backbone)
                // Drawn weights are about to be overwritten: the caller's sequence of random numbers is none of theirs.
                return new RandomStream(seed: 0).Draw(() => WeightLimit.Within(mostNumbers, () => backbone.With(settings).Build(classes)));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException or InvalidDataException)
        {
            throw new InvalidDataException(
                $"{file} names the backbone \"{name}\" with {classes} classes, which cannot be: {fault.Message}",
                fault
            );
        }

        throw new InvalidOperationException(
            $"{file} names the backbone \"{name}\", which is not registered in this process: call Backbone.Register(\"{name}\", ...) "
                + "before loading."
        );
    }
}

internal sealed class BuiltInBackbone(
    string name,
    ImageSizeRule sizes,
    Func<int, BackboneSettings, Network> create,
    BackboneSettings settings,
    Pretraining? pretraining = null
) : Backbone(name, settings)
{
    public override int MinimumSize => sizes.Minimum;

    internal override ImageSizeRule Sizes => sizes;

    internal override Pretraining? Pretraining => pretraining;

    private protected override Backbone Change(BackboneSettings settings) =>
        new BuiltInBackbone(Name, sizes, create, settings, pretraining);

    private protected override Module<Tensor, Tensor> Create(int classes)
    {
        Network network = create(classes, Settings);
        (network.Title, network.Sizes) = (Name, sizes);
        return network;
    }
}

internal sealed class RegisteredBackbone(string name, Func<int, Module<Tensor, Tensor>> build) : Backbone(name, new BackboneSettings())
{
    public override int MinimumSize => 1;

    private protected override Backbone Change(BackboneSettings settings) =>
        throw new NotSupportedException($"\"{Name}\" is a registered backbone, which draws its own weights: it takes no BackboneSettings.");

    private protected override Module<Tensor, Tensor> Create(int classes)
    {
        using IDisposable defaults = TorchDefaults.Use(CPU);
        return build(classes) ?? throw new InvalidOperationException($"The function registered for the backbone \"{Name}\" returned null.");
    }
}
