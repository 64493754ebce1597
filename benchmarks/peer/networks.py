"""The three networks of the paper, layer by layer as its authors' repository (github.com/uclaml/Padam, models/) has them."""
from torch import nn
from torch.nn import functional as F


class Vgg16(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers, channels = [], 3
        for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
            if width == 0:
                layers.append(nn.MaxPool2d(2))
                continue
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            channels = width
        self.features = nn.Sequential(*layers, nn.AvgPool2d(1))
        self.classifier = nn.Linear(512, classes)

    def forward(self, images):
        return self.classifier(self.features(images).flatten(1))


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut. The authors' wide network applies its ReLUs in place, their ResNet does not."""

    def __init__(self, channels, width, stride, inplace):
        super().__init__()
        self.inplace = inplace
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != width:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, images):
        out = F.relu(self.bn1(self.conv1(images)), inplace=self.inplace)
        out = self.bn2(self.conv2(out))
        out += self.shortcut(images)
        return F.relu(out, inplace=self.inplace)


class Residual(nn.Module):
    """A 3x3 stem as wide as the first stage, stages of two blocks, pooling over the last map."""

    def __init__(self, widths, classes, inplace):
        super().__init__()
        self.inplace = inplace
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        stages, channels = [], widths[0]
        for stage, width in enumerate(widths):
            stages.append(nn.Sequential(Block(channels, width, 1 if stage == 0 else 2, inplace), Block(width, width, 1, inplace)))
            channels = width
        self.stages = nn.Sequential(*stages)
        self.linear = nn.Linear(channels, classes)

    def forward(self, images):
        out = self.stages(F.relu(self.bn1(self.conv1(images)), inplace=self.inplace))
        return self.linear(F.avg_pool2d(out, out.shape[-1]).flatten(1))


def build(name, classes=10):
    return {
        "vgg16": lambda: Vgg16(classes),
        "resnet18": lambda: Residual((64, 128, 256, 512), classes, inplace=False),
        "wrn-16-4": lambda: Residual((64, 128, 256), classes, inplace=True),
    }[name]()
