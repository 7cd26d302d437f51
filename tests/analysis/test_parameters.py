"""Every learned number is listed once, whichever kind the model is, and has a place and a name."""

import numpy as np
import pytest
import torch

from transformer import ModelConfig, Translator
from transformer.analysis.parameters import (
    BINS,
    COLUMNS,
    ROWS,
    by_formula,
    histogram,
    parameters,
    total,
    values,
    window,
    windows,
)
from transformer.analysis.tally import AGAIN, count_of, tally
from transformer.analysis.untrained import untrained
from transformer.checkpoint import new_model
from transformer.config import ARCHITECTURES, RecurrentConfig
from transformer.trace import flatten


def model_of(arch: str):
    """No two sizes are alike, so that none can be taken for another."""
    if arch == "transformer":
        sizes = dict(d_model=10, heads=3, d_k=4, d_ff=14, encoder_layers=2, decoder_layers=3)
        return new_model(ModelConfig(**sizes, vocabulary=500))
    return new_model(RecurrentConfig(arch, d_model=10, d_state=12, layers=3, vocabulary=500))


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_number_is_counted_once(arch: str) -> None:
    model = model_of(arch)
    found = parameters(model)
    assert [(p.name, p.shape) for p in found] == [
        (name, tuple(tensor.shape)) for name, tensor in model.state_dict().items()
    ]
    own = sum(parameter.numel() for parameter in model.parameters())
    assert total(found) == own == by_formula(model.config)
    assert sum(p.path == ("embedding",) for p in found) == 1


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_tensor_has_a_place_of_its_own(arch: str) -> None:
    found = parameters(model_of(arch))
    assert len({(p.path, p.symbol) for p in found}) == len(found)
    # Matrices are capitals, vectors small letters; v alone is kept as a matrix of one row.
    assert all(p.symbol[0].isupper() == (len(p.shape) == 2) for p in found if p.symbol != "v")
    layers = {p.path[:2] for p in found if p.path[1:] and p.path[1].isdigit()}
    assert {number for _, number in layers} == {"1", "2", "3"}


def test_paths_and_symbols_are_those_of_the_paper() -> None:
    places = {p.name: (p.path, p.symbol) for p in parameters(model_of("transformer"))}
    assert places["decoder.2.cross_attention.attention.output.weight"] == (
        ("decoder", "3", "cross_attention"),
        "W_O",
    )
    assert places["encoder.0.feed_forward.norm.bias"] == (
        ("encoder", "1", "feed_forward", "norm"),
        "β",
    )
    assert places["encoder_norm.weight"] == (("encoder", "norm"), "γ")


def test_windows_cover_a_matrix_without_overlap() -> None:
    matrix = np.arange(300 * 520).reshape(300, 520)
    down, across = windows(matrix)
    rows = [np.hstack([window(matrix, i, j) for j in range(across)]) for i in range(down)]
    np.testing.assert_array_equal(np.vstack(rows), matrix)
    assert window(matrix).shape == (ROWS, COLUMNS)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_values_are_a_copy_of_the_models(arch: str) -> None:
    model = model_of(arch)
    for parameter in parameters(model):
        matrix = values(model, parameter.name)
        tensor = model.get_parameter(parameter.name)
        assert matrix.ndim == 2 and matrix.size == tensor.numel()
        matrix += 1
        assert not torch.equal(torch.from_numpy(matrix).reshape(tensor.shape), tensor)


def test_a_histogram_counts_nearly_all_numbers_on_one_axis() -> None:
    numbers = np.random.default_rng(3)
    now, before = numbers.normal(1, 2, (50, 40)), np.zeros((50, 40))
    found = histogram(now, before)
    assert len(found.edges) == BINS + 1 and len(found.now) == len(found.before) == BINS
    assert 0.99 < found.now.sum() <= 1
    assert found.before.max() == 1 and (found.start, found.deviation) == (0, 0)
    assert len(histogram(now).before) == 0
    assert np.isfinite(histogram(before).edges).all()


def test_the_first_weights_are_as_wide_as_they_were_drawn(translator: Translator) -> None:
    first = untrained(translator.transformer.config)
    matrix = values(first, "embedding.weight")
    assert histogram(matrix, matrix).deviation == pytest.approx(matrix.shape[1] ** -0.5, rel=0.02)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_what_a_translation_takes_adds_up(arch: str, tokenizer) -> None:
    model = model_of(arch)
    model = new_model(type(model.config)(**vars(model.config) | {"vocabulary": len(tokenizer)}))
    translator = Translator(model, tokenizer)
    translation = translator.translate("La voisine cherche.", target="She looks.")
    shares = tally(translator, translation)
    arrays = flatten(translation.record)
    sort = {name: name.rpartition(".")[2].rpartition("_")[0] for name in arrays}
    again = {name for name in arrays if sort[name] in AGAIN}
    left_out = again | {name for name in arrays if sort[name] == "mask"}
    assert count_of(shares, "learned") == total(parameters(model))
    assert count_of(shares, "computed") == sum(
        array.size for name, array in arrays.items() if name not in left_out
    )
    # What is left out as a repetition stands elsewhere: whole, or as the first or last row.
    kept = [array for name, array in arrays.items() if name not in left_out]
    for name in again - {name for name in again if sort[name] == "initial"}:
        assert any(np.array_equal(arrays[name], other) for other in kept), name
    read = len(translation.source.ids) + len(translation.target.ids)
    assert next(share.count for share in shares if share.what == "pieces") == read


@pytest.mark.parametrize("arch", ARCHITECTURES[1:])
def test_the_state_handed_over_is_one_of_the_encoders(arch: str, tokenizer) -> None:
    config = RecurrentConfig(arch, d_model=10, d_state=12, layers=2, vocabulary=len(tokenizer))
    translator = Translator(new_model(config), tokenizer)
    record = translator.translate("La voisine cherche.", target="She looks.").recurrent
    for layer, writing in enumerate(record.decoder):
        ends = [record.forward[layer].state_MS[-1]]
        ends += [record.backward[layer].state_MS[0]] if record.backward else []
        np.testing.assert_array_equal(writing.initial_S, np.concatenate(ends))
