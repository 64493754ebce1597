"""Writes augmentation.json: what torchvision 0.14.1 (Debian's python3-torchvision) makes of a picture when the draws are given.

Channel c of pixel (x, y) is (x * x * (3 + c) + y * (7 + 5 * c) + x * y) % 256; 20 pixels wide, 16 high. Pixels are CHW, in base64.
Run: /usr/bin/python3 augmentation.py > augmentation.json
"""
import base64
import json

import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode, TrivialAugmentWide
from torchvision.transforms.autoaugment import _apply_op

WIDTH, HEIGHT = 20, 16
x, y = torch.arange(WIDTH), torch.arange(HEIGHT)[:, None]
image = torch.stack([(x * x * (3 + c) + y * (7 + 5 * c) + x * y) % 256 for c in range(3)]).to(torch.uint8)


def text(pixels):
    assert pixels.dtype == torch.uint8 and pixels.shape == image.shape
    return base64.b64encode(pixels.contiguous().numpy().tobytes()).decode()


def crop(padding, top, left, mirrored, mode):
    cropped = F.crop(F.pad(image, [padding], padding_mode=mode), top, left, HEIGHT, WIDTH)
    return {"down": padding - top, "right": padding - left, "mirrored": mirrored, "reflected": mode == "reflect",
            "pixels": text(F.hflip(cropped) if mirrored else cropped)}


def part(top, left, height, width, mirrored):
    resized = F.resized_crop(image, top, left, height, width, [HEIGHT, WIDTH], InterpolationMode.BILINEAR)
    return {"top": top, "left": left, "height": height, "width": width, "mirrored": mirrored,
            "pixels": text(F.hflip(resized) if mirrored else resized)}


def colors(order, brightness, contrast, saturation):
    changes = [lambda i: F.adjust_brightness(i, brightness), lambda i: F.adjust_contrast(i, contrast),
               lambda i: F.adjust_saturation(i, saturation)]
    changed = image
    for which in order:
        changed = changes[which](changed)
    return {"order": order, "brightness": brightness, "contrast": contrast, "saturation": saturation, "pixels": text(changed)}


def trivial():
    for operation, (magnitudes, signed) in TrivialAugmentWide()._augmentation_space(31).items():
        for bin_ in [1, 10, 17, 23, 30] if magnitudes.ndim > 0 else [0]:
            for sign in [1, -1] if signed else [1]:
                magnitude = sign * (float(magnitudes[bin_]) if magnitudes.ndim > 0 else 0.0)
                yield {"operation": operation, "bin": bin_, "sign": sign, "magnitude": magnitude,
                       "pixels": text(_apply_op(image, operation, magnitude, InterpolationMode.NEAREST, None))}


print(json.dumps({
    "width": WIDTH, "height": HEIGHT,
    "crops": [crop(3, *place, mirrored, mode) for mode in ("constant", "reflect")
              for place in ((0, 0), (6, 1), (2, 6), (3, 3)) for mirrored in (False, True)],
    "parts": [part(*box) for box in ((0, 0, 16, 20, False), (2, 3, 7, 9, False), (2, 3, 7, 9, True), (15, 19, 1, 1, False),
                                     (0, 4, 16, 5, True), (9, 0, 3, 20, False))],
    "erased": [{"top": t, "left": l, "height": h, "width": w, "pixels": text(F.erase(image, t, l, h, w, torch.tensor(0)))}
               for t, l, h, w in ((0, 0, 5, 7), (9, 13, 7, 7), (4, 2, 1, 15))],
    "colors": [colors([0], 0.37, 1, 1), colors([0], 1.6, 1, 1), colors([1], 1, 0.25, 1), colors([1], 1, 1.9, 1), colors([2], 1, 1, 0.0),
               colors([2], 1, 1, 1.71), colors([0, 1, 2], 1.2, 0.7, 1.3), colors([2, 1, 0], 1.2, 0.7, 1.3), colors([1, 2, 0], 0.8, 1.4, 0.6)],
    "trivial": list(trivial()),
}))
