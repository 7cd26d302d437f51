"""Measured rows and the machine they were measured on, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from transformer.checkpoint import replace_file
from transformer.errors import UsageError
from transformer.timings import Machine

Row = TypeVar("Row", bound=tuple[Any, ...])  # a NamedTuple of texts and numbers


def save_results(path: Path, machine: Machine, rows: Iterable[Any], **about: Any) -> None:
    """Write ``rows`` (NamedTuples), one a line; ``about`` is what else to tell, such as how."""
    head = json.dumps({"machine": asdict(machine), **about}, indent=1)[:-2]
    lines = ",\n".join(json.dumps(row._asdict()) for row in rows)
    text = f'{head},\n "rows": [\n{lines}\n]}}\n'
    replace_file(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def load_results(path: Path, kind: type[Row], command: str) -> tuple[Machine, tuple[Row, ...]]:
    """Read what ``save_results`` wrote; UsageError, naming the ``command``, if it is not there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Machine(**found["machine"]), tuple(kind(**row) for row in found["rows"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "{path} should hold measurements, but cannot be read ({why}). Make it again: {command}",
            path=path,
            why=error,
            command=f"python -m transformer benchmark {command} --out {path}",
        ) from error
