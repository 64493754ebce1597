using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

// A training loop of one's own over TorchSharp, with this library's optimizer and one of its networks; ML.NET has no part in it.
const int Side = 32,
    Epochs = 5,
    BatchSize = 32;
random.manual_seed(1);

using nn.Module<Tensor, Tensor> network = Backbone.Parse("vgg-small").Build(Shapes.Classes.Length);
using var optimizer = new PadamOptimizer(network.named_parameters(), lr: 0.1, partial: 1.0 / 8, weight_decay: 5e-4);
(Tensor Images, Tensor Labels) train = Pictures(from: 0, count: 600),
    test = Pictures(from: 600, count: 200);

for (int epoch = 1; epoch <= Epochs; epoch++)
{
    if (epoch == Epochs - 1)
    {
        foreach (ParamGroup group in optimizer.ParamGroups)
            group.LearningRate /= 10;
    }

    Console.WriteLine($"epoch {epoch}/{Epochs}: loss {Train():F4}, {Accuracy(network, test):P1} of the test pictures right");
}

// The weights go to a file with PyTorch's names, and from it into another network.
Safetensors.Write("network.safetensors", network.state_dict().Select(entry => (entry.Key, entry.Value)));
using nn.Module<Tensor, Tensor> copy = Backbone.Parse("vgg-small").Build(Shapes.Classes.Length);
Load(copy, "network.safetensors");
double accuracy = Accuracy(network, test),
    afterwards = Accuracy(copy, test);
Console.WriteLine($"Read back from network.safetensors: {afterwards:P1}.");
return accuracy > 0.7 && Math.Abs(accuracy - afterwards) < 0.01 ? 0 : 1;

double Train()
{
    network.train();
    double sum = 0;
    long count = train.Labels.shape[0];
    using Tensor order = randperm(count);
    for (long start = 0; start < count; start += BatchSize)
    {
        // The scope frees every tensor of the step at its end, and holds them until then: native code reads what the garbage collector
        // would take for unused.
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = order.narrow(0, start, Math.Min(BatchSize, count - start));
        Tensor loss = nn.functional.cross_entropy(network.forward(train.Images.index_select(0, rows)), train.Labels.index_select(0, rows));
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        sum += loss.item<float>() * rows.shape[0];
    }

    return sum / count;
}

static double Accuracy(nn.Module<Tensor, Tensor> network, (Tensor Images, Tensor Labels) data)
{
    network.eval();
    using var noGradients = no_grad();
    using DisposeScope scope = NewDisposeScope();
    return network.forward(data.Images).argmax(1).eq(data.Labels).to(ScalarType.Float32).mean().item<float>();
}

static void Load(nn.Module<Tensor, Tensor> network, string file)
{
    using var noGradients = no_grad();
    using DisposeScope scope = NewDisposeScope();
    Dictionary<string, Tensor> state = network.state_dict();
    foreach ((string name, Tensor tensor) in Safetensors.Read(file))
        state[name].copy_(tensor);
}

// Images [N, 3, 32, 32], of mean 0 and deviation 1 or about that, and their classes [N].
static (Tensor Images, Tensor Labels) Pictures(int from, int count)
{
    float[] pixels =
    [
        .. Enumerable.Range(from, count).SelectMany(number => Shapes.Pixels(number, Side)).Select(value => (value - 90f) / 50f),
    ];
    long[] labels = [.. Enumerable.Range(from, count).Select(number => (long)(number % Shapes.Classes.Length))];
    return (tensor(pixels, [count, 3, Side, Side]), tensor(labels));
}
