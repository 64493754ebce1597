"""What a user would run instead: the authors' networks and Padam in PyTorch, in their training loop.

Reads commands from stdin and answers each with one number on stdout (see Contestant.cs):
  step N       seconds a training step, mean of N
  optimizer N  seconds an optimizer step, mean of N
  score N      images a second, scoring N images
  memory       peak resident memory, MB
Its batches lie ready in memory: no loader, no augmentation.
"""
import argparse
import resource
import sys
import time

import torch

from networks import build
from padam import Padam

BATCHES = 8  # different batches, taken in turn


class Peer:
    def __init__(self, backbone, batch):
        torch.manual_seed(1)
        self.network = build(backbone)
        self.optimizer = Padam(self.network.parameters())
        self.loss = torch.nn.CrossEntropyLoss()
        self.batches = [(torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))) for _ in range(BATCHES)]
        self.batch, self.next = batch, 0
        self.total_loss = self.right = 0

    def take(self):
        self.next += 1
        return self.batches[self.next % BATCHES]

    def step(self, steps):
        self.network.train()
        start = time.perf_counter()
        for _ in range(steps):
            images, labels = self.take()
            self.optimizer.zero_grad()
            logits = self.network(images)
            loss = self.loss(logits, labels)
            loss.backward()
            self.optimizer.step()
            self.total_loss += loss.item()
            self.right += logits.argmax(1).eq(labels).sum().item()
        return (time.perf_counter() - start) / steps

    def optimizer_step(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.optimizer.step()
        return (time.perf_counter() - start) / steps

    @torch.no_grad()
    def score(self, images):
        self.network.eval()
        start = time.perf_counter()
        for _ in range(images // self.batch):
            self.network(self.take()[0]).softmax(1).argmax(1)
        return images / (time.perf_counter() - start)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--backbone", required=True)
    arguments.add_argument("--threads", type=int, required=True)
    arguments.add_argument("--batch", type=int, required=True)
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    peer = Peer(options.backbone, options.batch)
    commands = {
        "step": peer.step,
        "optimizer": peer.optimizer_step,
        "score": peer.score,
        "memory": lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    for line in sys.stdin:
        name, *numbers = line.split()
        print(commands[name](*map(int, numbers)), flush=True)


if __name__ == "__main__":
    main()
