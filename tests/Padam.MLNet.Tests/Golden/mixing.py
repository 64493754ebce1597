"""Writes mixing.json: mixup and CutMix as torchvision's reference training does them (references/classification/transforms.py, RandomMixup
and RandomCutmix: the partner is batch.roll(1, 0)), for given draws, and their losses by torch 1.13.1's soft labels.

Value (h, w, c) of image n is ((n * 7 + h * 5 + w * 3 + c * 11) % 17) / 16; logit (n, k) is sin(n * 3 + k * k) * 2; labels (n * n + 1) % 5.
Run: /usr/bin/python3 mixing.py > mixing.json
"""
import json
import math

import torch
import torch.nn.functional as F

N, H, W, K = 6, 5, 8, 5
n, h, w, c = torch.arange(N)[:, None, None, None], torch.arange(H)[:, None, None], torch.arange(W)[:, None], torch.arange(3)
batch = ((n * 7 + h * 5 + w * 3 + c * 11) % 17).double() / 16  # NHWC
labels = (torch.arange(N) ** 2 + 1) % K
logits = torch.tensor([[math.sin(i * 3 + k * k) * 2 for k in range(K)] for i in range(N)], dtype=torch.float64)
target = F.one_hot(labels, K).double()
examples = torch.tensor([1, 0, 2.5, 0.5, 3, 1], dtype=torch.float64)
classes = torch.tensor([0.5, 2, 1, 0, 1.5], dtype=torch.float64)


def losses(share):
    soft = target * share + target.roll(1, 0) * (1 - share)
    own, partner = (F.cross_entropy(logits, labels.roll(by), reduction="none", label_smoothing=0.2) for by in (0, 1))
    weights = examples * classes[labels]
    both = weights * share * own + weights.roll(1, 0) * (1 - share) * partner
    return {
        "plain": F.cross_entropy(logits, soft).item(),
        "smoothed": F.cross_entropy(logits, soft, label_smoothing=0.2).item(),
        # torch weighs each class of a soft label.
        "classWeights": (F.cross_entropy(logits, soft, weight=classes, reduction="sum") / classes[labels].sum()).item(),
        "allWeightsSmoothed": (both.sum() / weights.sum()).item(),
    }


def mixup(share):
    mixed = batch * share + batch.roll(1, 0) * (1 - share)
    return {"drawn": share, "share": share, "images": [round(v, 9) for v in mixed.flatten().tolist()], **losses(share)}


def cutmix(drawn, y, x):
    r = 0.5 * math.sqrt(1 - drawn)
    half_w, half_h = int(r * W), int(r * H)
    x1, y1, x2, y2 = max(x - half_w, 0), max(y - half_h, 0), min(x + half_w, W), min(y + half_h, H)
    mixed = batch.clone()
    mixed[:, y1:y2, x1:x2] = batch.roll(1, 0)[:, y1:y2, x1:x2]
    share = 1 - (x2 - x1) * (y2 - y1) / (W * H)
    return {"drawn": drawn, "y": y, "x": x, "share": share, "images": [round(v, 9) for v in mixed.flatten().tolist()], **losses(share)}


print(json.dumps({"height": H, "width": W, "classes": K, "labels": labels.tolist(), "logits": logits.flatten().tolist(),
                  "exampleWeights": examples.tolist(), "classWeights": classes.tolist(),
                  "mixup": [mixup(0.8), mixup(0.3), mixup(1.0)],
                  "cutMix": [cutmix(0.3, 2, 4), cutmix(0.5, 0, 7), cutmix(0.99, 3, 3), cutmix(0.0, 4, 0)]}))
