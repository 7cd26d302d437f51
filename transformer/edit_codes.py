"""Edits as short texts, for addresses: ``off.cross.3.2_hide.2-3``; positions count from 1.

One edit after the other, joined by ``_``; the parts of an edit are joined by dots, the positions of
a part by hyphens; ``all`` stands for every attention, layer, head or query.
"""

from __future__ import annotations

from collections.abc import Callable

from transformer.edits import (
    Edit,
    Edits,
    ForbidLinks,
    ForceLinks,
    HideSource,
    Links,
    Positions,
    ScaleScores,
    SwitchOff,
)
from transformer.errors import UsageError
from transformer.trace import KINDS, Kind

ALL = "all"
LONGEST = 2000  # characters: some fifty edits


def write_edits(edits: Edits) -> str:
    """The code of ``edits``; ValueError for one that carries arrays and has none."""
    return "_".join(_write(edit) for edit in edits)


def read_edits(code: str) -> tuple[Edit, ...]:
    """The edits that ``code`` stands for; UsageError if it is damaged."""
    try:
        if len(code) > LONGEST:
            raise ValueError(code)
        return tuple(_read(part) for part in code.split("_")) if code else ()
    except (ValueError, KeyError) as error:
        raise UsageError(
            "The edits in this address cannot be read: a part of the link is missing or was "
            "changed. Copy the link again."
        ) from error


def _write(edit: Edit) -> str:
    if isinstance(edit, HideSource):
        return f"hide.{_numbers(edit.pieces)}"
    if isinstance(edit, SwitchOff):
        return f"{'only' if edit.others else 'off'}.{_place(edit.kind, edit.layer, edit.head)}"
    if isinstance(edit, ScaleScores):
        return f"scale.{_place(edit.kind, edit.layer, edit.head)}.{edit.factor!r}"
    if isinstance(edit, Links):
        name = "force" if isinstance(edit, ForceLinks) else "forbid"
        queries = ALL if edit.queries is None else _numbers(edit.queries)
        place = _place(edit.kind, edit.layer, edit.head)
        return f"{name}.{place}.{queries}.{_numbers(edit.keys)}"
    raise ValueError(f"{type(edit).__name__} has no code")


def _read(code: str) -> Edit:
    name, *parts = code.split(".")
    if name == "hide":
        (pieces,) = parts
        return HideSource(_positions(pieces))
    kind = None if parts[:1] == [ALL] else _kind(".".join(parts[:1]))
    layer, head = (_count(part) for part in _pair(parts[1:3]))
    if name in ("off", "only") and len(parts) == 3:
        return SwitchOff(kind, layer, head, others=name == "only")
    if name == "scale" and len(parts) > 3:
        return ScaleScores(float(".".join(parts[3:])), kind, layer, head)
    if name in ("force", "forbid") and kind is not None:
        queries, keys = _pair(parts[3:])
        make: Callable[..., Edit] = ForceLinks if name == "force" else ForbidLinks
        asked = None if queries == ALL else _positions(queries)
        return make(asked, _positions(keys), kind, layer, head)
    raise ValueError(code)


def _place(kind: Kind | None, layer: int | None, head: int | None) -> str:
    return ".".join([kind or ALL, *(ALL if n is None else str(n + 1) for n in (layer, head))])


def _kind(code: str) -> Kind:
    return KINDS[KINDS.index(code)]


def _count(code: str) -> int | None:
    return None if code == ALL else _position(code)


def _position(code: str) -> int:
    if not code.isascii() or not code.isdigit() or not 1 <= int(code) <= 256:
        raise ValueError(code)
    return int(code) - 1


def _positions(code: str) -> Positions:
    return tuple(_position(part) for part in code.split("-"))


def _numbers(positions: Positions) -> str:
    return "-".join(str(position + 1) for position in positions)


def _pair(parts: list[str]) -> tuple[str, str]:
    first, second = parts
    return first, second
