using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// The three networks of the paper in TorchSharp's own modules, layer by layer as <c>benchmarks/peer/networks.py</c> has them.
/// </summary>
internal static class LibtorchNetworks
{
    private const int Pool = 0;

    internal static Module<Tensor, Tensor> Build(string name, int classes) =>
        name switch
        {
            "vgg16" => Vgg16(classes),
            "resnet18" => new Residual([64, 128, 256, 512], classes, inplace: false),
            "wrn-16-4" => new Residual([64, 128, 256], classes, inplace: true),
            _ => throw new ArgumentException($"There is no network '{name}' here.", nameof(name)),
        };

    private static Sequential Vgg16(int classes)
    {
        List<Module<Tensor, Tensor>> layers = [];
        long channels = 3;
        foreach (int width in new[] { 64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512, Pool })
        {
            if (width == Pool)
            {
                layers.Add(MaxPool2d(2));
                continue;
            }

            layers.AddRange([Conv2d(channels, width, 3, padding: 1), BatchNorm2d(width), ReLU(inplace: true)]);
            channels = width;
        }

        return Sequential([.. layers, Flatten(), Linear(512, classes)]);
    }

    /// <summary>
    /// Two 3x3 convolutions and a shortcut. The authors' wide network applies its ReLUs in place, their ResNet does not.
    /// </summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1,
            conv2;
        private readonly BatchNorm2d bn1,
            bn2;
        private readonly Sequential? shortcut;
        private readonly bool inplace;

        internal Block(long channels, long width, int stride, bool inplace)
            : base(nameof(Block))
        {
            this.inplace = inplace;
            conv1 = Conv2d(channels, width, 3, stride, padding: 1, bias: false);
            bn1 = BatchNorm2d(width);
            conv2 = Conv2d(width, width, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(width);
            if (stride != 1 || channels != width)
                shortcut = Sequential(Conv2d(channels, width, 1, stride, bias: false), BatchNorm2d(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor images)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor output = functional.relu(bn1.forward(conv1.forward(images)), inplace);
            output = bn2.forward(conv2.forward(output));
            output.add_(shortcut?.forward(images) ?? images);
            return functional.relu(output, inplace).MoveToOuterDisposeScope();
        }
    }

    /// <summary>A 3x3 stem as wide as the first stage, stages of two blocks, pooling over the last map.</summary>
    private sealed class Residual : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Sequential stages;
        private readonly Linear linear;
        private readonly bool inplace;

        internal Residual(long[] widths, int classes, bool inplace)
            : base(nameof(Residual))
        {
            this.inplace = inplace;
            conv1 = Conv2d(3, widths[0], 3, padding: 1, bias: false);
            bn1 = BatchNorm2d(widths[0]);
            stages = Sequential();
            long channels = widths[0];
            foreach (long width in widths)
            {
                stages.append(new Block(channels, width, width == widths[0] ? 1 : 2, inplace));
                stages.append(new Block(width, width, 1, inplace));
                channels = width;
            }

            linear = Linear(channels, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor images)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor output = stages.forward(functional.relu(bn1.forward(conv1.forward(images)), inplace));
            return linear.forward(functional.avg_pool2d(output, output.shape[^1]).flatten(1)).MoveToOuterDisposeScope();
        }
    }
}
