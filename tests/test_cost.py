"""How cost grows: what is kept is whole, has no jump, and is what the README says."""

import json

import numpy as np
import pytest

from benchmarks import cost_library, cost_pages
from benchmarks.cost_growth import (
    KEPT,
    NO_JUMP,
    PICTURE,
    Row,
    by_beam,
    by_length,
    jump,
    last_exponent,
    load,
    multiplications,
    parabola,
    quadratic_share,
    said,
    timed,
)
from benchmarks.cost_library import BEAMS, LENGTHS, Case, Exactly, all_cases, record_bytes
from transformer import Translator
from transformer.analysis.layer_costs import self_attention_cost
from transformer.config import ModelConfig
from transformer.decoding import search
from transformer.timings import Curve
from transformer.tokenizer import END


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return load()


@pytest.fixture(scope="module")
def shipped() -> Translator:
    return Translator.load(device="cpu")


def test_what_is_kept_is_whole(rows: list[Row]) -> None:
    head = json.loads(KEPT.read_text(encoding="utf-8"))
    assert head["machine"]["threads"] == 1 and head["command"].startswith("benchmarks/cost.py")
    assert {Case(row.what, row.pieces, row.beam) for row in rows if row.unit == "s"} == {
        *all_cases(),
        *(Case(page, n * sentences, 4) for page, n, sentences in cost_pages.all_cases()),
    }
    assert by_beam(rows).lengths == BEAMS
    for what, unit, beam in (
        ("record", "bytes", 0),
        ("trace", "MiB", 0),
        ("translation", "MiB", 4),
    ):
        assert by_length(rows, what, unit, beam).lengths == LENGTHS
    rounds = {len(row.values) for row in rows if row.unit == "s"}
    assert len(rounds) == 1 and min(rounds) >= 3
    assert min(min(row.values) for row in rows) > 0


def test_no_time_jumps_or_grows_faster_than_the_square(rows: list[Row]) -> None:
    for name, curve in timed(rows).items():
        assert jump(curve) < NO_JUMP, name
        assert last_exponent(curve) < 2, name


def test_memory_neither(rows: list[Row]) -> None:
    for what, beam in (("trace", 0), ("translation", 4)):
        curve = by_length(rows, what, "MiB", beam)
        # A search holds a few MiB, which the system hands out in steps of up to a third of it.
        assert jump(curve) < (1.5 if beam else NO_JUMP) and last_exponent(curve) < 2, what


def test_a_record_has_the_bytes_that_are_kept(rows: list[Row], shipped: Translator) -> None:
    curve = by_length(rows, "record", "bytes")
    np.testing.assert_allclose(
        np.polynomial.polynomial.polyval(curve.lengths, parabola(curve)), curve.seconds, rtol=1e-9
    )
    assert record_bytes(shipped, LENGTHS[2]) == curve.at([LENGTHS[2]])[0]


def test_the_square_takes_more_of_the_bytes_than_of_the_multiplications(
    rows: list[Row], shipped: Translator
) -> None:
    share = quadratic_share(rows, shipped.transformer.config)
    assert 0 < share.multiplications < share.record < 1 and 0 < share.seconds < 1


def test_the_readme_says_what_was_measured(rows: list[Row], shipped: Translator) -> None:
    readme = " ".join((KEPT.parents[2] / "README.md").read_text(encoding="utf-8").split())
    assert said(rows, shipped.transformer.config) in readme
    assert f"assets/pictures/{PICTURE.name}" in readme and PICTURE.exists()


def test_a_jump_is_found() -> None:
    lengths = (4, 8, 16, 32, 64, 128)
    smooth = 3 + 2.0 * np.array(lengths) + 0.1 * np.square(lengths)
    curve = Curve(lengths, smooth, smooth, smooth)
    np.testing.assert_allclose(parabola(curve), [3, 2, 0.1])
    assert jump(curve) == pytest.approx(1)
    stepped = np.where(np.array(lengths) > 16, 2, 1) * smooth
    assert jump(Curve(lengths, stepped, stepped, stepped)) > NO_JUMP
    assert last_exponent(Curve(lengths, *3 * [np.square(lengths)])) == pytest.approx(2)


def test_no_term_is_negative() -> None:
    lengths = (4, 8, 16, 32)
    bent = np.sqrt(lengths)
    assert parabola(Curve(lengths, bent, bent, bent)).min() >= 0


def test_multiplications_of_attention_are_those_of_the_speed_page() -> None:
    config, length = ModelConfig.preset("tiny"), 7
    attentions = config.encoder_layers + 2 * config.decoder_layers
    layers = config.encoder_layers + config.decoder_layers
    others = length * config.d_model * (2 * layers * config.d_ff + config.vocabulary)
    attention = attentions * self_attention_cost(length, config).multiplications
    assert sum(multiplications(config, length)) == attention + others


@pytest.mark.parametrize("beam", [1, 3])
def test_a_translation_is_as_long_as_it_is_told(make_model, beam: int) -> None:
    for pieces in (1, 4, 9):
        (found,) = search(Exactly(make_model(), pieces), [[5, 7, 9, 6, END]], beam)
        assert len(found) == beam or pieces == 1
        assert all(one.ids.index(END) == len(one.ids) - 1 == pieces - 1 for one in found)


def test_sentences_are_as_long_as_they_are_told(shipped: Translator) -> None:
    for pieces in LENGTHS:
        ids = cost_library.french(shipped, pieces, turn=3)
        assert len(ids) == pieces and ids.index(END) == pieces - 1
    for pieces in cost_pages.LENGTHS:
        text = cost_pages.sentence(shipped, pieces, seed=1)
        assert len(shipped.tokenizer.encode(text).ids) == pieces
        assert shipped.sentences(text, cost_pages.LONGEST) == [text]
