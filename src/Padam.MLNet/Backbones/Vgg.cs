using Padam.MLNet.Layers;

namespace Padam.MLNet.Backbones;

/// <summary>
/// VGG with batch normalisation and one linear layer (Simonyan and Zisserman, 2015), as in the authors' <c>models/vgg.py</c>:
/// <c>features</c> (convolution, batch normalisation, ReLU, ... and pooling), then <c>classifier</c>. The last pooling is over the whole
/// map.
/// </summary>
internal sealed class Vgg : Network
{
    private readonly VggFeatures features;
    private readonly Dense classifier;

    public Vgg(int[] convolutions, int classes, BackboneSettings settings)
        : base(nameof(Vgg))
    {
        register_module(nameof(features), features = new VggFeatures(convolutions, settings, forSmallImages: true));
        register_module(nameof(classifier), classifier = new Dense(features.Channels, classes));
        Initializer.Draw(this, settings.Initialization);
    }

    internal override Dense LastLayer => classifier;

    internal override IReadOnlyList<Stage> Stages => [.. features.Stages, Stage.Mean];
}
