"""A training run: for how long, what it leaves behind, and a state that survives a kill."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file

from transformer.checkpoint import read_tensors, replace_file, save_model
from transformer.config import TrainConfig
from transformer.data import Batch, Pair, TrainingBatches
from transformer.distributed import ALONE, Team
from transformer.duration import Clock, check_duration
from transformer.errors import UsageError
from transformer.learner import Learner
from transformer.loss import dev_loss
from transformer.network import Network
from transformer.progress import Progress
from transformer.tokenizer import Tokenizer

STATE, LOG, SNAPSHOTS = "state.safetensors", "training.jsonl", "snapshots"
SAVE_EVERY = 240.0  # seconds; a step and a line of the log may come before it
SNAPSHOT_STEPS = (0, 10, 40, 160, 640, 2560, 10240)  # and the last step: eight in all
SNAPSHOT_PAIR = ("Le chat noir dort sur le canapé.", "The black cat is sleeping on the sofa.")

Measure = Callable[[Network[Any], Tokenizer, list[Pair]], float | None]


class Trainer:
    """One training run, in a folder that is a loadable model from the first save on.

    In a ``team`` of several processes each has a Trainer, all make the same steps and stop after
    the same one, and the process that leads writes the files.
    """

    def __init__(
        self,
        folder: Path,
        model: Network[Any],
        tokenizer: Tokenizer,
        corpora: dict[str, list[Pair]],
        dev: list[Pair],
        config: TrainConfig,
        measure: Measure,
        team: Team = ALONE,
    ) -> None:
        self.folder, self.model, self.tokenizer = folder, model, tokenizer
        self.config, self.dev, self.measure, self.team = config, dev, measure, team
        self.clock = Clock()
        self.learner = Learner(model, config, team)
        self._batches = TrainingBatches(corpora, tokenizer, config)
        self._asked_to_stop = self._stopped = False
        self._recent: list[float] = []  # losses since the last line of the log

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
        try:
            if self.clock.step == 0:
                self._snapshot(0)
            self._train(minutes, steps, report_every, cpu_minutes)
            self.save()  # first: what follows takes longer than some wait after SIGTERM
            if self._recent:
                self._log()
            if not self._stopped:
                self._snapshot(self.clock.step)
                self._drop_former_last_snapshots()
        finally:
            for number, handler in zip(signals, previous, strict=True):
                signal.signal(number, handler)

    def _train(
        self,
        minutes: float | None,
        steps: int | None,
        report_every: int,
        cpu_minutes: float | None,
    ) -> None:
        """Steps, until the time is over or one of the processes is asked to stop."""
        progress, saved = Progress("training"), time.monotonic()
        begun = saved - self.clock.seconds
        place = (self.clock.chunk, self.clock.batch)
        stream = self._batches.stream(*place, self.team.rank, self.team.size)
        while not self._stopped:
            done = self.clock.share_done(minutes, cpu_minutes, steps)
            if done >= 1:
                break
            worked, asked = time.process_time(), time.monotonic()
            self.clock.chunk, number, batch = next(stream)
            waited = time.monotonic() - asked
            loss = self._step(batch, done)
            self.clock.step += 1
            self.clock.batch = number + 1
            self._agree(begun, waited, time.process_time() - worked, batch.pairs, loss)
            if self.team.leads:
                speed = self.clock.pairs / self.clock.seconds
                progress.show(done, f"loss {self._recent[-1]:.3f}, {speed:.0f} pairs/s,")
            if self.clock.step in SNAPSHOT_STEPS:
                self._snapshot(self.clock.step)
            if self.clock.step % report_every == 0:
                self._log()
            if time.monotonic() - saved > SAVE_EVERY:
                self.save()
                saved = time.monotonic()

    def _stop(self, *_: object) -> None:
        self._asked_to_stop = True

    def _step(self, batch: Batch, share_done: float) -> float:
        return self.learner.learn(batch, self.clock.step, share_done)

    def _agree(self, begun: float, waited: float, worked: float, pairs: int, loss: float) -> None:
        """Where the run stands after a step: the same for all processes, so that all stop at once.

        Time is that of the process that leads, time of the processor that of all together.
        """
        leads = self.team.leads
        seconds, waited, worked, all_pairs, loss, asked = self.team.sums(
            (time.monotonic() - begun) * leads,
            waited * leads,
            worked,
            pairs,
            loss,
            self._asked_to_stop,
        )
        self.clock.seconds = seconds
        self.clock.waiting_seconds += waited
        self.clock.cpu_seconds += worked
        self.clock.pairs += int(all_pairs)
        self._recent.append(loss)
        self._stopped = bool(asked)

    # -- what the run leaves behind -------------------------------------------------------------

    def _log(self) -> None:
        loss = float(np.mean(self._recent))
        self._recent.clear()
        if not self.team.leads:
            return
        model = self.learner.averaged()
        line = {
            "step": self.clock.step,
            "loss": round(loss, 4),
            "learning_rate": round(self.learner.rate, 8),
            "dev_loss": self._dev_loss(model),
            "dev_bleu": self.measure(model, self.tokenizer, self.dev),
            "seconds": round(self.clock.seconds, 1),
            "cpu_seconds": round(self.clock.cpu_seconds, 1),
            "waiting_seconds": round(self.clock.waiting_seconds, 3),
            "pairs": self.clock.pairs,
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _dev_loss(self, model: Network[Any]) -> float | None:
        with self.learner.autocast():
            return round(dev_loss(model, self.tokenizer, self.dev), 4) if self.dev else None

    def _snapshot(self, step: int) -> None:
        """Attention weights of one fixed pair, to watch them form, if the model has any."""
        if not self.team.leads:
            return
        source, target = (self.tokenizer.encode(text) for text in SNAPSHOT_PAIR)
        maps = self.learner.averaged().trace(source.ids, target.ids).maps()
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
        for path in (self.folder / SNAPSHOTS).glob("*.npz") if self.team.leads else ():
            if int(path.stem) not in (*SNAPSHOT_STEPS, self.clock.step):
                path.unlink()

    def save(self) -> None:
        """Write the averaged model and all that ``resume`` needs."""
        if not self.team.leads:
            return
        averaged = self.learner.averaged().state_dict()
        save_model(self.folder, self.model.config, self.tokenizer, averaged)
        header = {"clock": json.dumps(asdict(self.clock))}
        replace_file(
            self.folder / STATE,
            lambda path: save_file(
                {name: tensor.contiguous() for name, tensor in self.learner.state().items()},
                path,
                header,
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
        self.learner.restore(tensors, path)
        if self.team.leads:
            self._cut_log()

    def _cut_log(self) -> None:
        path = self.folder / LOG
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]  # not cut short by a kill
            kept = [line for line in whole if json.loads(line)["step"] <= self.clock.step]
            replace_file(path, lambda beside: beside.write_text("".join(kept), encoding="utf-8"))
