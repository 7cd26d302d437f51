"""One step of training after another: loss, gradient, optimiser, and the average of the weights.

It knows batches and weights, but neither files nor clocks: ``Trainer`` does.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from transformer.checkpoint import load_weights
from transformer.config import TrainConfig
from transformer.data import Batch
from transformer.distributed import ALONE, Team
from transformer.duration import schedule
from transformer.loss import token_loss
from transformer.network import Network

MOMENTS = ("step", "exp_avg", "exp_avg_sq", "momentum_buffer")  # of AdamW; of Muon


def fast_matrix_dtype(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the processor multiplies it faster than float32, else None."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else None
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    fast = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if fast else None


class Loss(nn.Module):
    """The loss as a module: what makes a gradient passes through one ``forward``."""

    def __init__(self, model: Network[Any], label_smoothing: float) -> None:
        super().__init__()
        self.model, self.label_smoothing = model, label_smoothing

    def forward(self, batch: Batch) -> Tensor:
        return token_loss(self.model, batch, self.label_smoothing)


class Learner:
    """A model in training, in this process or, the same in all of them, in those of a ``team``."""

    def __init__(self, model: Network[Any], config: TrainConfig, team: Team = ALONE) -> None:
        self.model, self.config, self.team = model, config, team
        self.device = model.embedding.weight.device
        self._dtype = fast_matrix_dtype(self.device)
        self._loss = team.wrap(Loss(model, config.label_smoothing))
        self._optimizers = new_optimizers(model, config)
        self._average = {name: p.detach().clone() for name, p in model.named_parameters()}

    @property
    def rate(self) -> float:
        """The learning rate of the last step."""
        return float(self._optimizers[0].param_groups[0]["lr"])

    def learn(self, batch: Batch, step: int, share_done: float) -> float:
        """Make step number ``step``, when ``share_done`` of the run is over; returns the loss.

        In a team, the loss is this process's part of the team's.
        """
        self.model.train()
        self._seed(step)
        rate = self.config.learning_rate * schedule(step, share_done, self.config.warmup_steps)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.zero_grad()
        with self.autocast():
            loss = self._loss(batch.to(self.device)) * batch.share
        # Gradients are averaged over processes, but the loss is a mean over pieces.
        (loss * self.team.size).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        for optimizer in self._optimizers:
            optimizer.step()
        self._update_average(step)
        return float(loss.detach())

    def _seed(self, step: int) -> None:
        """What dropout draws depends on run, step and process alone: a resumed run draws alike."""
        place = (self.config.seed, step, self.team.rank)
        torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1, np.uint64)[0]))

    def autocast(self) -> torch.autocast:
        """Matrix products in the type that is fast here."""
        return torch.autocast(self.device.type, self._dtype, enabled=self._dtype is not None)

    @torch.no_grad()
    def _update_average(self, step: int) -> None:
        """Exponential moving average of the weights, young at first (Polyak and Juditsky 1992)."""
        decay = min(self.config.average_decay, (1 + step) / (10 + step))
        weights = [p.detach() for p in self.model.parameters()]
        torch._foreach_lerp_(list(self._average.values()), weights, 1 - decay)

    def averaged(self) -> Network[Any]:
        """A copy of the model with the averaged weights, ready to translate."""
        model = copy.deepcopy(self.model).eval()  # a new one would draw random numbers
        model.load_state_dict(self._average)
        return model

    def state(self) -> dict[str, Tensor]:
        """All that ``restore`` needs: weights, their average and the optimiser's moments."""
        tensors: dict[str, Tensor] = {}
        for name, parameter in self.model.named_parameters():
            tensors[f"weight/{name}"] = parameter.detach()
            tensors[f"average/{name}"] = self._average[name]
            for optimizer in self._optimizers:
                for key, value in optimizer.state.get(parameter, {}).items():
                    tensors[f"{key}/{name}"] = value
        return tensors

    def restore(self, tensors: dict[str, Tensor], path: Path) -> None:
        """Go back to a ``state``; UsageError, naming ``path``, for that of another model."""
        prefix = "weight/"
        weights = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        load_weights(self.model, weights, path)
        owner = {
            parameter: optimizer
            for optimizer in self._optimizers
            for group in optimizer.param_groups
            for parameter in group["params"]
        }
        for name, parameter in self.model.named_parameters():
            self._average[name].copy_(tensors[f"average/{name}"])
            owner[parameter].state[parameter] = {
                key: tensors[f"{key}/{name}"].to(parameter.device)
                for key in MOMENTS
                if f"{key}/{name}" in tensors
            }


def new_optimizers(model: nn.Module, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """AdamW for everything, or Muon for the matrices and AdamW for the rest.

    Muon (Jordan et al. 2024) replaces the momentum of a matrix by the nearest orthogonal one.
    Scaled as Liu et al. (2025, section 2.2) propose, it takes AdamW's rate and weight decay.
    """
    decayed, kept = parameter_groups(model, config.weight_decay)
    groups = [kept] if config.optimizer == "muon" else [decayed, kept]
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
    ]
    if config.optimizer == "muon":
        optimizers.append(torch.optim.Muon([decayed], adjust_lr_fn="match_rms_adamw"))
    return optimizers


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay on matrices, not on the embedding, norms and biases."""
    decayed: list[Tensor] = []
    kept: list[Tensor] = []
    for name, parameter in model.named_parameters():
        matrix = parameter.dim() == 2 and not name.startswith("embedding")
        (decayed if matrix else kept).append(parameter)
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": kept, "weight_decay": 0.0},
    ]
