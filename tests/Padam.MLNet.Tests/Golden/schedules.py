"""Writes schedules.json: torch's OneCycleLR and ReduceLROnPlateau (PyTorch 1.13), as factors of the base rate.

usage: python3 schedules.py > schedules.json
"""

import json
import random

import torch


def optimizer(rate):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], rate, momentum=0.9)


def one_cycle(rise, start, end, strategy, steps):
    """torch's phases end one step early, so that a value is told by where in its phase it stands."""
    sgd = optimizer(1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        sgd, 1.0, total_steps=steps, pct_start=rise, anneal_strategy=strategy, cycle_momentum=False, div_factor=1 / start, final_div_factor=start / end
    )
    top, last = rise * steps - 1, steps - 1
    points = []
    for step in range(steps):
        done = rise * step / top if step <= top else rise + (1 - rise) * (step - top) / (last - top)
        points.append([min(done, 1.0), sgd.param_groups[0]["lr"]])
        sgd.step()
        if step < last:
            schedule.step()
    return {"rise": rise, "from": start, "to": end, "annealing": "Cosine" if strategy == "cos" else "Linear", "points": points}


def plateau(metric, factor, patience, minimum, values):
    sgd = optimizer(1.0)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        sgd, "min" if metric == "Loss" else "max", factor=factor, patience=patience - 1, threshold=minimum, threshold_mode="abs", eps=0
    )
    rates = []
    for value in values:
        schedule.step(value)
        rates.append(sgd.param_groups[0]["lr"])
    return {"metric": metric, "factor": factor, "patience": patience, "minimum": minimum, "values": values, "rates": rates}


draw = random.Random(5)
losses = [2 / (1 + epoch) ** 0.3 + draw.uniform(-0.2, 0.2) for epoch in range(40)]
accuracies = [1 - loss / 3 for loss in losses]
print(
    json.dumps(
        {
            "oneCycle": [one_cycle(0.3, 0.04, 4e-6, "cos", 40), one_cycle(0.25, 0.2, 0.07, "linear", 24)],
            "plateau": [
                plateau("Loss", 0.1, 5, 0, losses),
                plateau("Loss", 0.5, 1, 0.05, losses),
                plateau("Accuracy", 0.3, 2, 0.01, accuracies),
            ],
        },
        indent=1,
    )
)
