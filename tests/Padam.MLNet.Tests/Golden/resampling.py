"""Writes resampling.json: a picture filled by a formula, resized by Pillow's BILINEAR (Debian's python3-pil 9.4.0).

Channel c of pixel (x, y) is (x * x * (3 + c) + y * (7 + 5 * c) + x * y) % 256.
Run: python3 resampling.py > resampling.json
"""
import json

from PIL import Image

def picture(width, height):
    image = Image.new("RGB", (width, height))
    image.putdata([tuple((x * x * (3 + c) + y * (7 + 5 * c) + x * y) % 256 for c in range(3)) for y in range(height) for x in range(width)])
    return image

cases = [((37, 53), (32, 32)), ((9, 5), (24, 16)), ((100, 30), (8, 24)), ((64, 64), (1, 1))]
print(json.dumps([
    {"width": w, "height": h, "newWidth": nw, "newHeight": nh,
     "pixels": [v for p in picture(w, h).resize((nw, nh), Image.Resampling.BILINEAR).getdata() for v in p]}
    for (w, h), (nw, nh) in cases]))
