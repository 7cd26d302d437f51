"""How long a training run takes, where it stands, and how fast it learns on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

from transformer.errors import UsageError


@dataclass
class Clock:
    """Where a run stands: what ``--resume`` needs beside the tensors.

    ``waiting_seconds`` of all ``seconds`` were spent waiting for batches.
    """

    step: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    chunk: int = 0
    batch: int = 0
    pairs: int = 0
    waiting_seconds: float = 0.0

    def share_done(
        self, minutes: float | None, cpu_minutes: float | None, steps: int | None
    ) -> float:
        """How much of the run is over, by whichever limit there is: 1 at its end."""
        return max(
            self.seconds / 60 / (minutes or math.inf),
            self.cpu_seconds / 60 / (cpu_minutes or math.inf),
            self.step / (steps or math.inf),
        )


def schedule(step: int, share_done: float, warmup_steps: int) -> float:
    """Factor on the peak rate: linear warm-up, then linear down to zero at the end of the run."""
    return min((step + 1) / warmup_steps, 1.0) * max(0.0, 1.0 - share_done)


def check_duration(
    minutes: float | None, cpu_minutes: float | None, steps: int | None, report_every: int
) -> None:
    """UsageError unless a run that ends, and reports on the way, was asked for."""
    given = [length for length in (minutes, cpu_minutes, steps) if length is not None]
    if not given or min(given) == math.inf:
        raise UsageError("Say how long to train: --minutes N, --cpu-minutes N or --steps N.")
    if min(*given, report_every) <= 0:
        raise UsageError("--minutes, --cpu-minutes, --steps and --report-every must be above 0.")
