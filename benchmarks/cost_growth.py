"""How measured costs grow: curves, what a parabola says about them, and that in a paragraph."""

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from transformer.config import ModelConfig
from transformer.timings import Curve

KEPT = Path(__file__).parents[1] / "assets" / "benchmarks" / "cost.json"
PICTURE = Path(__file__).parents[1] / "assets" / "pictures" / "cost.png"
TRANSLATE, ATTENTION, TEXT = "Translate", "Attention", "Translate, a text"
PAGES = (TRANSLATE, ATTENTION, TEXT)
SECONDS = {"greedy": ("translation", 1), "beam 4": ("translation", 4), "trace": ("trace", 0)}
BEAM_PIECES = 32  # of the sentence that every beam translates
NO_JUMP = 1.25  # more than that above the parabola between neighbours is a jump


class Row(NamedTuple):
    """One case: what it cost in each round, in ``unit``, which is s, MiB or bytes.

    ``pieces`` are French, ``written`` English ones; ``beam`` is 0 where nothing is searched.
    """

    what: str
    unit: str
    pieces: int
    written: int
    beam: int
    values: list[float]


def load(path: Path = KEPT) -> list[Row]:
    """The rows that were kept."""
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]


def by_length(rows: Sequence[Row], what: str, unit: str = "s", beam: int = 0) -> Curve:
    """Medians and quartiles against French pieces."""
    found = {row.pieces: row.values for row in rows if row[:2] == (what, unit) and row.beam == beam}
    return _curve(found)


def by_beam(rows: Sequence[Row]) -> Curve:
    """Seconds of a translation of ``BEAM_PIECES`` against the beam."""
    return _curve(
        {
            row.beam: row.values
            for row in rows
            if row[:3] == ("translation", "s", BEAM_PIECES) and row.beam
        }
    )


def _curve(found: dict[int, list[float]]) -> Curve:
    places = sorted(found)
    low, median, high = np.transpose([np.quantile(found[at], (0.25, 0.5, 0.75)) for at in places])
    return Curve(tuple(places), median, low, high)


def timed(rows: Sequence[Row]) -> dict[str, Curve]:
    """All seconds against length, by name."""
    library = {name: by_length(rows, what, beam=beam) for name, (what, beam) in SECONDS.items()}
    return library | {page: by_length(rows, page, beam=4) for page in PAGES}


def parabola(curve: Curve) -> np.ndarray:
    """a, b and c, none below 0, of a + b n + c n²: the least sum of squared relative errors."""
    terms_NT = np.vander(curve.lengths, 3, increasing=True) / curve.seconds[:, None]
    best, least = np.zeros(3), np.inf
    for kept in (list(some) for n in (1, 2, 3) for some in combinations(range(3), n)):
        found, *_ = np.linalg.lstsq(terms_NT[:, kept], np.ones(len(terms_NT)), rcond=None)
        error = float(((terms_NT[:, kept] @ found - 1) ** 2).sum())
        if found.min() >= 0 and error < least:
            best, least = np.zeros(3), error
            best[kept] = found
    return best


def expected(curve: Curve) -> np.ndarray:
    """What the parabola says at each length."""
    return np.polynomial.polynomial.polyval(np.array(curve.lengths), parabola(curve))


def jump(curve: Curve) -> float:
    """The largest ratio of neighbours, as a multiple of what the parabola says it is."""
    return float(np.max((curve.seconds[1:] / curve.seconds[:-1]) / _ratios(expected(curve))))


def steepest(curve: Curve) -> float:
    """The largest exponent between neighbours: 1 is linear, 2 quadratic."""
    return float(np.max(np.log(_ratios(curve.seconds)) / np.log(_ratios(np.array(curve.lengths)))))


def last_exponent(curve: Curve) -> float:
    """The exponent of the last doubling, or nearest to one."""
    lengths = np.array(curve.lengths)
    half = int(np.abs(lengths - lengths[-1] / 2).argmin())
    return float(
        np.log(curve.seconds[-1] / curve.seconds[half]) / np.log(lengths[-1] / lengths[half])
    )


def _ratios(values: np.ndarray) -> np.ndarray:
    return values[1:] / values[:-1]


def multiplications(config: ModelConfig, pieces: int) -> tuple[int, int]:
    """Those of one pass over ``pieces`` on both sides: linear in them, and quadratic.

    Quadratic are query times key and weight times value, in three attentions a layer.
    """
    width = config.heads * config.d_k
    encoders, decoders = config.encoder_layers, config.decoder_layers
    attentions = encoders + 2 * decoders
    linear = (
        pieces
        * config.d_model
        * (4 * attentions * width + 2 * (encoders + decoders) * config.d_ff + config.vocabulary)
    )
    return linear, attentions * 2 * pieces**2 * width


class Share(NamedTuple):
    """What the quadratic term has of the whole, at the longest length."""

    multiplications: float
    seconds: float
    record: float


def quadratic_share(rows: Sequence[Row], config: ModelConfig) -> Share:
    """Of one explained pass: its multiplications, its fitted seconds, the bytes of its record."""
    trace, record = by_length(rows, "trace"), by_length(rows, "record", "bytes")
    longest = trace.lengths[-1]
    linear, quadratic = multiplications(config, longest)
    fitted = [parabola(curve)[2] * longest**2 / expected(curve)[-1] for curve in (trace, record)]
    return Share(quadratic / (linear + quadratic), *map(float, fitted))


def said(rows: Sequence[Row], config: ModelConfig) -> str:
    """What the picture shows, in a paragraph: every number is measured or follows from them."""
    curves = timed(rows)
    trace, record = curves["trace"], by_length(rows, "record", "bytes")
    took = ", ".join(f"{name} {_span(curves[name])}" for name in SECONDS)
    grown = ", ".join(f"n^{last_exponent(curves[name]):.2f} ({name})" for name in SECONDS)
    jumps = {name: jump(curve) for name, curve in curves.items()}
    worst = max(jumps, key=jumps.__getitem__)
    smooth = "No jump" if jumps[worst] < NO_JUMP else "A jump"
    below = all(last_exponent(curves[name]) < 2 for name in SECONDS)
    bounded = "No worse than n²" if below else "Worse than n²"
    share, held = quadratic_share(rows, config), by_length(rows, "trace", "MiB")
    beams, pages = by_beam(rows), curves[TRANSLATE].lengths
    return (
        f"From {trace.lengths[0]} to {trace.lengths[-1]} pieces: {took}. **{smooth}:** no step to "
        f"the next length costs more than {jumps[worst]:.2f} times what a fitted a + bn + cn² says "
        f"(largest: {worst}). **{bounded}:** over the last doubling time grows as {grown}. "
        f"At {trace.lengths[-1]} pieces the quadratic term takes {_percent(share.seconds)} of a "
        f"trace's time, {_percent(share.multiplications)} of its multiplications and "
        f"{_percent(share.record)} of the bytes it records "
        f"({record.seconds[-1] / 2**20:.0f} MiB; peak {held.seconds[-1]:.0f} MiB). A beam of "
        f"{beams.lengths[-1]} takes {beams.seconds[-1] / beams.seconds[0]:.1f} times as long as "
        f"greedy. From an address to its picture in the browser, for sentences of {pages[0]} to "
        f"{pages[-1]} pieces: Translate {_span(curves[TRANSLATE])}, Attention "
        f"{_span(curves[ATTENTION])}."
    )


def _span(curve: Curve) -> str:
    """The times of the shortest and of the longest."""
    return f"{1000 * curve.seconds[0]:.0f} to {1000 * curve.seconds[-1]:.0f} ms"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
