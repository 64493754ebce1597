"""Writes imagenet-*-10.json and torchvision-states.json with PyTorch and torchvision (Debian 12: python3-torchvision).

    python3 imagenet_networks.py      # into this folder

The numbers are computed in float64 from weights rounded to float32, so that they are those of the mathematics.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torchvision.models as models

FOLDER = Path(__file__).parent
CLASSES = 10
SEED = 1
ABOUT = (
    "weights: parameter i of the network's own registration order is filled from stream seed*1000+i; input from stream seed*1000+999 "
    "times 1.7, of input_shape; labels n % classes; stream s element e is splitmix64 of (s<<32)+e (one golden-gamma step, then the "
    "finaliser), top 53 bits to [0,1), times 2 minus 1; tensors with 2 or more dims times sqrt(6/fan_in), one-dim weights 1+0.1u, biases "
    "0.1u; all rounded to float32, the arithmetic float64. train_logits and gradient_norms are of one forward/backward in training mode "
    "(batch statistics, dropout off), mean cross entropy; eval_logits are of a second forward after it, in evaluation mode (running "
    "statistics updated once, momentum 0.1). features are what the last layer is given in that second forward: the sum of each row, and "
    "its Euclidean norm"
)
# Our names, torchvision's, and the input of the golden step.
GOLDEN = [
    ("imagenet-resnet18", "resnet18", [4, 3, 64, 96]),
    ("imagenet-resnet50", "resnet50", [8, 3, 64, 96]),
    ("imagenet-vgg11", "vgg11_bn", [4, 3, 64, 96]),
]
STATES = [f"resnet{depth}" for depth in (18, 34, 50, 101, 152)] + [f"vgg{depth}_bn" for depth in (11, 13, 16, 19)]


def stream(number: int, count: int) -> np.ndarray:
    with np.errstate(over="ignore"):
        z = ((np.uint64(number) << np.uint64(32)) + np.arange(1, count + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53 * 2 - 1


def fill(network: torch.nn.Module) -> None:
    for index, (name, parameter) in enumerate(network.named_parameters()):
        u = stream(SEED * 1000 + index, parameter.numel())
        if parameter.dim() >= 2:
            values = u * math.sqrt(6 / math.prod(parameter.shape[1:]))
        else:
            values = 1 + 0.1 * u if name.endswith("weight") else 0.1 * u
        parameter.data.copy_(torch.from_numpy(values.astype(np.float32)).view(parameter.shape))


def golden(ours: str, theirs: str, shape: list[int]) -> dict:
    network = getattr(models, theirs)(num_classes=CLASSES)
    fill(network)
    network.double()
    for layer in network.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0
    images = torch.from_numpy((stream(SEED * 1000 + 999, math.prod(shape)) * 1.7).astype(np.float32)).double().view(shape)
    labels = torch.arange(shape[0]) % CLASSES

    train_logits = network(images)
    loss = torch.nn.functional.cross_entropy(train_logits, labels)
    loss.backward()

    network.eval()
    features = []
    last = network.fc if hasattr(network, "fc") else network.classifier[6]
    last.register_forward_hook(lambda layer, inputs, output: features.append(inputs[0]))
    with torch.no_grad():
        eval_logits = network(images)
    return {
        "net": ours,
        "classes": CLASSES,
        "seed": SEED,
        "parameter_count": sum(parameter.numel() for parameter in network.parameters()),
        "about": ABOUT,
        "input_shape": shape,
        "parameters": [{"shape": list(parameter.shape)} for parameter in network.parameters()],
        "reference_names": [name for name, _ in network.named_parameters()],
        "loss": loss.item(),
        "train_logits": train_logits.tolist(),
        "eval_logits": eval_logits.tolist(),
        "feature_sums": features[0].sum(1).tolist(),
        "feature_norms": features[0].norm(dim=1).tolist(),
        "gradient_norms": [parameter.grad.norm().item() for parameter in network.parameters()],
    }


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return {key: rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def main() -> None:
    states = {name: [[key, list(tensor.shape)] for key, tensor in getattr(models, name)().state_dict().items()] for name in STATES}
    lines = [f'"{name}": {json.dumps(state)}' for name, state in states.items()]
    (FOLDER / "torchvision-states.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    for ours, theirs, shape in GOLDEN:
        (FOLDER / f"{ours}-{CLASSES}.json").write_text(json.dumps(rounded(golden(ours, theirs, shape))))


if __name__ == "__main__":
    main()
