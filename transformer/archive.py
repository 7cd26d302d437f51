"""What a pass computed, as files: the whole trace (NPZ) or one head (JSON), and their origin."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np

from transformer.analysis.view import axes
from transformer.edits import Edits
from transformer.errors import UsageError
from transformer.trace import Kind, flatten
from transformer.translator import Translation, Translator

ORIGIN = "origin"  # the array of an archive that says where the others come from
# Raised by a file that is no archive, by a damaged one, and (TypeError) by one of a single array.
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
    BadZipFile,
    zlib.error,
)


def origin_of(
    translator: Translator,
    translation: Translation,
    edits: Edits = (),
    selection: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Enough to compute ``translation`` again: model, sha256 of its weights, texts and edits.

    ``selection`` says what was looked at, such as kind, layer and head.
    """
    return {
        "selection": dict(selection or {}),
        "model": translator.name,
        "sha256": translator.sha256,
        "source": translation.source.text,
        "target": translation.text,
        "source_pieces": list(translation.source.pieces),
        "target_pieces": list(translation.target.pieces),
        "edits": [{"edit": type(edit).__name__, **asdict(edit)} for edit in edits],
    }


def save_trace(file: BinaryIO, translation: Translation, origin: dict[str, Any]) -> int:
    """Write every array of the trace, compressed, by its path; returns how many there are.

    The names are those of ``flatten``; one more array, ``origin``, is a JSON text.
    """
    arrays = flatten(translation.record)
    text = np.array(json.dumps(origin, ensure_ascii=False))
    np.savez_compressed(file, allow_pickle=False, **{ORIGIN: text}, **arrays)
    return len(arrays)


def load_trace(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays of a file that ``save_trace`` wrote, by path, and their origin.

    Raises UsageError if it is none.
    """
    try:
        with np.load(BytesIO(Path(path).read_bytes()), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return arrays, json.loads(str(arrays.pop(ORIGIN)))
    except UNREADABLE as error:
        raise UsageError(
            "{path} should be a trace written by this program (.npz), but cannot be read as one "
            "({why}). Write it again.",
            path=path,
            why=error,
        ) from error


def head_record(
    translation: Translation, kind: Kind, layer: int, head: int, origin: dict[str, Any]
) -> dict[str, Any]:
    """One head (layer and head from 0) as plain lists, ready for JSON, with the names of its axes.

    Numbers are float32 values written out exactly. ``queries`` and ``keys`` are pieces.
    """
    queries, keys = axes(translation, kind, "pieces")
    heads = translation.trace.sublayer(kind, layer).heads
    arrays = {
        name.replace("_H", "_").removesuffix("_"): array[head].tolist()
        for name, array in flatten(heads).items()
    }
    return {
        "origin": origin,
        "selection": {"kind": kind, "layer": layer, "head": head, "counted_from": 0},
        "queries": [token.label for token in queries],
        "keys": [token.label for token in keys],
        **arrays,
    }
