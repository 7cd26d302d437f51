"""Remembering over k steps: alike in size, learned at short distances, summed up honestly."""

import numpy as np
import pytest
import torch

from transformer.__main__ import main
from transformer.errors import UsageError
from transformer.recall import (
    CHANCE,
    DISTANCES,
    KINDS,
    STEPS,
    Recalled,
    accuracies,
    measure,
    new_pupil,
    reach,
    recall,
)
from transformer.results import load_results
from transformer.translator import MODELS


def test_the_models_are_of_like_size():
    sizes = [sum(p.numel() for p in new_pupil(kind, 1).parameters()) for kind in KINDS]
    assert 13_000 <= min(sizes) <= max(sizes) <= 16_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_letter_is_learned_by_all_and_the_same_way_again(kind):
    state = torch.get_rng_state()
    first, again = (list(recall(kind, 1, seed=2)) for _ in range(2))
    assert first[-1].over and first[-1].accuracy > 4 * CHANCE
    assert [found[:-1] for found in first] == [found[:-1] for found in again]
    assert torch.equal(torch.get_rng_state(), state)


def test_a_measurement_can_be_left():
    trainings = measure([1, 2])
    next(trainings)
    trainings.close()


def found(kind, distance, seed, accuracy):
    return Recalled(kind, distance, seed, STEPS, accuracy, 0.0)


def test_the_reach_ends_where_one_seed_fails():
    results = [
        *(found("tanh", k, seed, 1.0) for k in (1, 5, 10) for seed in (1, 2)),
        found("tanh", 20, 1, 1.0),
        found("tanh", 20, 2, 0.5),
        found("tanh", 50, 1, 1.0),
        Recalled("tanh", 100, 1, 25, 0.3, 0.0),  # still learning
    ]
    assert reach(results, "tanh") == 10
    np.testing.assert_array_equal(
        accuracies(results, "tanh"),
        [[1, 5, 10, 20, 50], [1, 1, 1, 0.75, 1], [1, 1, 1, 0.5, 1], [1, 1, 1, 1, 1]],
    )
    assert reach(results, "rnn") == 0 and not accuracies(results, "rnn").size


def test_the_shipped_result_is_whole():
    _machine, results = load_results(MODELS.parent / "benchmarks" / "recall.json", Recalled, "")
    seeds = {result.seed for result in results}
    assert {result[:3] for result in results} == {
        (kind, distance, seed) for kind in KINDS for distance in DISTANCES for seed in seeds
    }
    assert all(result.over for result in results)


def test_the_command_keeps_its_result(tmp_path, capsys):
    threads = torch.get_num_threads()
    try:
        out = tmp_path / "recall.json"
        line = ["benchmark", "recall", "--distances", "1", "--seeds", "1", "--out", str(out)]
        assert main(line) == 0
    finally:
        torch.set_num_threads(threads)
    _machine, results = load_results(out, Recalled, "recall")
    assert [result.kind for result in results] == list(KINDS)
    assert capsys.readouterr().out.count("1 steps ago") == len(KINDS)


def test_a_damaged_result_is_explained(tmp_path):
    (tmp_path / "recall.json").write_text("{")
    with pytest.raises(UsageError, match="benchmark recall --out"):
        load_results(tmp_path / "recall.json", Recalled, "recall")
