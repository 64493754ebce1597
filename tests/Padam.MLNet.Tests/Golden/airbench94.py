"""Writes airbench94-10.json with PyTorch (Debian 12: python3-torch), as imagenet_networks.py does for its networks.

    python3 airbench94.py      # into this folder

The network of arXiv 2404.00498: 2x2 convolution to 24 channels, GELU, three groups of convolution, pooling, normalisation without scale,
GELU, convolution, normalisation, GELU; the largest value of each channel; a linear layer without bias, its logits divided by 9. Gradient
norms are those of the parameters that are trained: not of the first convolution's weight, nor of the normalisations' weights.
"""

import json
import math

import torch
from imagenet_networks import ABOUT, CLASSES, FOLDER, SEED, fill, rounded, stream
from torch import nn

SHAPE = [8, 3, 32, 32]


class Group(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width, eps=1e-12, momentum=0.4)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width, eps=1e-12, momentum=0.4)

    def forward(self, images):
        maps = nn.functional.gelu(self.norm1(nn.functional.max_pool2d(self.conv1(images), 2)))
        return nn.functional.gelu(self.norm2(self.conv2(maps)))


class Airbench(nn.Module):
    def __init__(self):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2)
        self.block1, self.block2, self.block3 = Group(24, 64), Group(64, 256), Group(256, 256)
        self.linear = nn.Linear(256, CLASSES, bias=False)

    def forward(self, images):
        maps = self.block3(self.block2(self.block1(nn.functional.gelu(self.whiten(images)))))
        return self.linear(nn.functional.max_pool2d(maps, 3).flatten(1)) / 9


def main() -> None:
    network = Airbench()
    fill(network)
    network.double()
    images = torch.from_numpy((stream(SEED * 1000 + 999, math.prod(SHAPE)) * 1.7).astype("float32")).double().view(SHAPE)
    train_logits = network(images)
    loss = nn.functional.cross_entropy(train_logits, torch.arange(SHAPE[0]) % CLASSES)
    loss.backward()
    network.eval()
    with torch.no_grad():
        eval_logits = network(images)
    trained = [p for name, p in network.named_parameters() if name != "whiten.weight" and not (".norm" in name and name.endswith("weight"))]
    golden = {
        "net": "airbench94",
        "classes": CLASSES,
        "seed": SEED,
        "parameter_count": sum(parameter.numel() for parameter in network.parameters()),
        "about": ABOUT.replace("momentum 0.1", "momentum 0.4"),
        "input_shape": SHAPE,
        "parameters": [{"shape": list(parameter.shape)} for parameter in network.parameters()],
        "reference_names": [name for name, _ in network.named_parameters()],
        "loss": loss.item(),
        "train_logits": train_logits.tolist(),
        "eval_logits": eval_logits.tolist(),
        "gradient_norms": [parameter.grad.norm().item() for parameter in trained],
    }
    (FOLDER / f"airbench94-{CLASSES}.json").write_text(json.dumps(rounded(golden)))


if __name__ == "__main__":
    main()
