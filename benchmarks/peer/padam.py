"""Padam (arXiv 1806.06763, algorithm 1) with one operator after the other on each tensor, as the authors' code has it."""
import math

import torch


class Padam(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=5e-4, partial=1 / 8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, partial=partial))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["step"] = 0
                    for name in ("m", "v", "largest_v"):
                        state[name] = torch.zeros_like(parameter)
                m, v, largest_v = state["m"], state["v"], state["largest_v"]
                state["step"] += 1

                gradient = parameter.grad.add(parameter, alpha=group["weight_decay"])
                m.mul_(beta1).add_(gradient, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
                torch.max(largest_v, v, out=largest_v)
                denominator = largest_v.sqrt().add_(group["eps"]) ** (2 * group["partial"])
                rate = group["lr"] * math.sqrt(1 - beta2 ** state["step"]) / (1 - beta1 ** state["step"])
                parameter.addcdiv_(m, denominator, value=-rate)
