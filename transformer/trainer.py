"""The training loop: schedule, averaged weights, and a state that survives a kill."""

from __future__ import annotations

import copy
import json
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from transformer.checkpoint import (
    load_weights,
    read_tensors,
    replace_file,
    save_model,
)
from transformer.config import TrainConfig
from transformer.data import Batch, Pair, TrainingBatches
from transformer.duration import Clock, check_duration, schedule
from transformer.errors import UsageError
from transformer.loss import dev_loss, token_loss
from transformer.network import Network
from transformer.progress import Progress
from transformer.tokenizer import Tokenizer

STATE, LOG, SNAPSHOTS = "state.safetensors", "training.jsonl", "snapshots"
SAVE_EVERY = 240.0  # seconds; a step and a line of the log may come before it
SNAPSHOT_STEPS = (0, 10, 40, 160, 640, 2560, 10240)  # and the last step: eight in all
SNAPSHOT_PAIR = ("Le chat noir dort sur le canapé.", "The black cat is sleeping on the sofa.")

Measure = Callable[[Network[Any], Tokenizer, list[Pair]], float | None]


def fast_matrix_dtype(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the processor multiplies it faster than float32, else None."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else None
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    fast = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if fast else None


class Trainer:
    """One training run, in a folder that is a loadable model from the first save on."""

    def __init__(
        self,
        folder: Path,
        model: Network[Any],
        tokenizer: Tokenizer,
        corpora: dict[str, list[Pair]],
        dev: list[Pair],
        config: TrainConfig,
        measure: Measure,
    ) -> None:
        self.folder, self.model, self.tokenizer = folder, model, tokenizer
        self.config, self.dev, self.measure = config, dev, measure
        self.clock = Clock()
        self._device = model.embedding.weight.device
        self._dtype = fast_matrix_dtype(self._device)
        self._batches = TrainingBatches(corpora, tokenizer, config)
        self._optimizer = torch.optim.AdamW(
            parameter_groups(model, config.weight_decay), betas=(0.9, 0.98), fused=True
        )
        self._average = {name: p.detach().clone() for name, p in model.named_parameters()}
        self._stopped = False

    def run(
        self,
        minutes: float | None = None,
        steps: int | None = None,
        report_every: int = 1000,
        cpu_minutes: float | None = None,
    ) -> None:
        """Train until this run has had its minutes or steps; SIGTERM and Ctrl-C save and stop.

        The rate's decay fits whichever of the three is given. A run of ``steps`` is reproducible to
        the last bit, interrupted or not; one of minutes depends on the machine's speed.
        """
        check_duration(minutes, cpu_minutes, steps, report_every)
        signals = (signal.SIGTERM, signal.SIGINT)
        previous = [signal.signal(number, self._stop) for number in signals]
        progress = Progress("training")
        begun, saved = time.monotonic() - self.clock.seconds, time.monotonic()
        if self.clock.step == 0:
            self._snapshot(0)
        stream = self._batches.stream(self.clock.chunk, self.clock.batch)
        recent: list[float] = []
        try:
            while not self._stopped:
                done = self.clock.share_done(minutes, cpu_minutes, steps)
                if done >= 1:
                    break
                worked = time.process_time()
                self.clock.chunk, number, batch = next(stream)
                recent.append(self._step(batch, done))
                self.clock.cpu_seconds += time.process_time() - worked
                self.clock.step += 1
                self.clock.batch = number + 1
                self.clock.pairs += len(batch.lengths_B)
                self.clock.seconds = time.monotonic() - begun
                speed = self.clock.pairs / self.clock.seconds
                progress.show(done, f"loss {recent[-1]:.3f}, {speed:.0f} pairs/s,")
                if self.clock.step in SNAPSHOT_STEPS:
                    self._snapshot(self.clock.step)
                if self.clock.step % report_every == 0:
                    self._log(float(np.mean(recent)))
                    recent.clear()
                if time.monotonic() - saved > SAVE_EVERY:
                    self.save()
                    saved = time.monotonic()
            self.save()  # first: what follows takes longer than some wait after SIGTERM
            if recent:
                self._log(float(np.mean(recent)))
            if not self._stopped:
                self._snapshot(self.clock.step)
                self._drop_former_last_snapshots()
        finally:
            for number, handler in zip(signals, previous, strict=True):
                signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        self._stopped = True

    def _step(self, batch: Batch, share_done: float) -> float:
        self.model.train()
        rate = self.config.learning_rate * schedule(
            self.clock.step, share_done, self.config.warmup_steps
        )
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad()
        with self._autocast():
            loss = token_loss(self.model, batch.to(self._device), self.config.label_smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self._optimizer.step()
        self._update_average()
        return float(loss.detach())

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, self._dtype, enabled=self._dtype is not None)

    @torch.no_grad()
    def _update_average(self) -> None:
        """Exponential moving average of the weights, young at first (Polyak and Juditsky 1992)."""
        decay = min(self.config.average_decay, (1 + self.clock.step) / (10 + self.clock.step))
        weights = [p.detach() for p in self.model.parameters()]
        torch._foreach_lerp_(list(self._average.values()), weights, 1 - decay)

    def averaged(self) -> Network[Any]:
        """A copy of the model with the averaged weights, ready to translate."""
        model = copy.deepcopy(self.model).eval()  # a new one would draw random numbers
        model.load_state_dict(self._average)
        return model

    # -- what the run leaves behind -------------------------------------------------------------

    def _log(self, loss: float) -> None:
        model = self.averaged()
        line = {
            "step": self.clock.step,
            "loss": round(loss, 4),
            "learning_rate": round(float(self._optimizer.param_groups[0]["lr"]), 8),
            "dev_loss": self._dev_loss(model),
            "dev_bleu": self.measure(model, self.tokenizer, self.dev),
            "seconds": round(self.clock.seconds, 1),
            "cpu_seconds": round(self.clock.cpu_seconds, 1),
            "pairs": self.clock.pairs,
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _dev_loss(self, model: Network[Any]) -> float | None:
        with self._autocast():
            return round(dev_loss(model, self.tokenizer, self.dev), 4) if self.dev else None

    def _snapshot(self, step: int) -> None:
        """Attention weights of one fixed pair, to watch them form, if the model has any."""
        source, target = (self.tokenizer.encode(text) for text in SNAPSHOT_PAIR)
        maps = self.averaged().trace(source.ids, target.ids).maps()
        arrays = {f"{kind}_weights": weights.astype(np.float16) for kind, weights in maps.items()}
        if not arrays:
            return
        path = self.folder / SNAPSHOTS / f"{step:06}.npz"

        def write(beside: Path) -> None:
            with beside.open("wb") as file:
                np.savez_compressed(
                    file, allow_pickle=False, source=source.pieces, target=target.pieces, **arrays
                )

        replace_file(path, write)

    def _drop_former_last_snapshots(self) -> None:
        """A run that was prolonged has had other last steps: eight snapshots at most stay."""
        for path in (self.folder / SNAPSHOTS).glob("*.npz"):
            if int(path.stem) not in (*SNAPSHOT_STEPS, self.clock.step):
                path.unlink()

    def save(self) -> None:
        """Write the averaged model and all that ``resume`` needs."""
        save_model(self.folder, self.model.config, self.tokenizer, self._average)
        tensors: dict[str, Tensor] = {"rng": torch.get_rng_state()}
        if self._device.type == "cuda":
            tensors["rng_cuda"] = torch.cuda.get_rng_state(self._device)
        for name, parameter in self.model.named_parameters():
            tensors[f"weight/{name}"] = parameter.detach()
            tensors[f"average/{name}"] = self._average[name]
            for key, value in self._optimizer.state[parameter].items():
                tensors[f"{key}/{name}"] = value
        header = {"clock": json.dumps(asdict(self.clock))}
        replace_file(
            self.folder / STATE,
            lambda path: save_file(
                {name: tensor.contiguous() for name, tensor in tensors.items()}, path, header
            ),
        )

    def resume(self) -> None:
        """Go on exactly where ``save`` left off; later lines of the log are cut off."""
        path = self.folder / STATE
        tensors, header = read_tensors(path)
        if "clock" not in header:
            raise UsageError(
                "{path} should hold the state of a run, but holds something else. Begin a new run "
                "in another folder.",
                path=path,
            )
        self.clock = Clock(**json.loads(header["clock"]))
        prefix = "weight/"
        weights = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        load_weights(self.model, weights, path)
        for name, parameter in self.model.named_parameters():
            self._average[name].copy_(tensors[f"average/{name}"])
            self._optimizer.state[parameter] = {
                key: tensors[f"{key}/{name}"].to(parameter.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"{key}/{name}" in tensors
            }
        torch.set_rng_state(tensors["rng"])
        if "rng_cuda" in tensors and self._device.type == "cuda":
            torch.cuda.set_rng_state(tensors["rng_cuda"], self._device)
        self._cut_log()

    def _cut_log(self) -> None:
        path = self.folder / LOG
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]  # not cut short by a kill
            kept = [line for line in whole if json.loads(line)["step"] <= self.clock.step]
            replace_file(path, lambda beside: beside.write_text("".join(kept), encoding="utf-8"))


def parameter_groups(model: Network[Any], weight_decay: float) -> list[dict[str, Any]]:
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
