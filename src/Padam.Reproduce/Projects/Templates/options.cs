// A network that was trained on ImageNet, whose last stage learns your classes. README.md says what else there is.
ImageClassificationOptions options = FineTune.LastStage("mlnet-resnet18");
if (args.Length > 1)
    options.Epochs = int.Parse(args[1]);
options.MetricsCallback = epoch =>
    Console.WriteLine($"epoch {epoch.Epoch}/{epoch.Epochs}: loss {epoch.Loss:F4}, {epoch.Accuracy:P1} of the training pictures right");
