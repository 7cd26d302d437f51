"""A corpus is read with care, and its batches are a pure function of seed and place."""

import gzip
import itertools
import threading
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from transformer import TrainConfig, UsageError, data
from transformer.data import (
    Batch,
    Pair,
    TrainingBatches,
    group_by_length,
    make_batch,
    read_corpora,
    read_pairs,
)
from transformer.tokenizer import BEGIN, END, PAD, Tokenizer

LENGTHS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=40)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture(params=["pairs.tsv", "pairs.tsv.gz"])
def tsv(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def test_pairs_are_read_plain_and_compressed(tsv: Path) -> None:
    write(tsv, "Où ?\tWhere?\r\nL'été.\tSummer.".encode())
    assert read_pairs(tsv) == [("Où ?", "Where?"), ("L'été.", "Summer.")]


@pytest.mark.parametrize(
    "line", ["oui", "oui\tyes\tja", "oui\t", "\tyes", " \t ", "", "caf\udce9\tcoffee"]
)
def test_a_malformed_line_is_named_by_file_and_number(tsv: Path, line: str) -> None:
    write(tsv, b"a\tb\n" + line.encode(errors="surrogateescape") + b"\nc\td\n")
    with pytest.raises(UsageError, match=rf"{tsv.name}, line 2: expected French<TAB>English"):
        read_pairs(tsv)


def test_a_file_without_pairs_is_refused(tsv: Path) -> None:
    with pytest.raises(UsageError, match="holds no pair"):
        read_pairs(write(tsv, b""))


@pytest.mark.parametrize("damage", ["missing", "a folder", "truncated", "not gzip", "garbled"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "pairs.tsv.gz"
    content = gzip.compress("".join(f"un {i}\tone {i}\n" for i in range(999)).encode())
    if damage == "a folder":
        path.mkdir()
    elif damage != "missing":
        middle = len(content) // 2
        damaged = {
            "truncated": content[:middle],
            "not gzip": b"oui\tyes\n",
            "garbled": content[:50] + b"\xff" * 50 + content[100:],
        }
        path.write_bytes(damaged[damage])
    with pytest.raises(UsageError, match="pairs.tsv.gz"):
        read_pairs(path)


def test_corpora_are_found_by_name(corpus_folder: Path) -> None:
    corpora = read_corpora(corpus_folder, ["packed", "plain"])
    assert {name: len(pairs) for name, pairs in corpora.items()} == {"packed": 80, "plain": 120}


def test_a_missing_corpus_is_named(corpus_folder: Path) -> None:
    with pytest.raises(UsageError, match="should hold novels.train.tsv"):
        read_corpora(corpus_folder, ["plain", "novels"])


def test_batches_shift_the_target_by_one_and_pad_on_the_right() -> None:
    batch = make_batch([[5, 6, END], [7, END]], [[8, END], [9, 10, END]])
    assert batch.source_BM.tolist() == [[5, 6, END], [7, END, PAD]]
    assert batch.lengths_B.tolist() == [3, 2]
    assert batch.target_in_BL.tolist() == [[BEGIN, 8, PAD], [BEGIN, 9, 10]]
    assert batch.target_out_BL.tolist() == [[8, END, PAD], [9, 10, END]]
    moved = batch.to(torch.device("cpu"))
    assert same(batch, moved)
    assert (batch.pairs, batch.pieces, batch.places) == (2, 10, 12)


@given(LENGTHS, st.integers(1, 400))
def test_groups_fit_the_budget_and_hold_everyone_once(
    lengths: list[tuple[int, int]], budget: int
) -> None:
    sources = [[END] * source for source, _ in lengths]
    targets = [[END] * target for _, target in lengths]
    groups = group_by_length(sources, targets, budget)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        longest = max(len(sources[i]) for i in group) + max(len(targets[i]) for i in group)
        assert len(group) == 1 or longest * len(group) <= budget


@given(LENGTHS)
def test_alike_lengths_go_together(lengths: list[tuple[int, int]]) -> None:
    sources = [[END] * source for source, _ in lengths]
    groups = group_by_length(sources, sources, 150)
    order = [len(sources[i]) for group in groups for i in group]
    assert order == sorted(order)
    for group, following in itertools.pairwise(groups):
        joined = 2 * len(sources[following[0]]) * (len(group) + 1)
        assert joined > 150, "no group is smaller than it must be"


def numbered(name: str, count: int) -> list[Pair]:
    """Pairs that tell from which corpus they come."""
    return [(f"{name} {i}", f"{name} {i}") for i in range(count)]


def taken(batches: TrainingBatches, tokenizer: Tokenizer, chunks: int) -> list[list[str]]:
    """The source sentences of each chunk."""
    found: list[list[str]] = [[] for _ in range(chunks)]
    for chunk, _, batch in batches.stream():
        if chunk == chunks:
            return found
        found[chunk] += [tokenizer.decode(row) for row in batch.source_BM.tolist()]
    raise AssertionError("the stream is endless")


def test_each_chunk_mixes_by_share_and_each_pass_sees_every_pair(
    tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "CHUNK_PAIRS", 40)
    corpora = {"a": numbered("a", 60), "b": numbered("b", 20), "c": numbered("c", 30)}
    config = TrainConfig(mix=(("a", 3.0), ("b", 1.0), ("c", 0.0)), tokens_per_batch=64)
    chunks = taken(TrainingBatches(corpora, tokenizer, config), tokenizer, 4)
    for chunk in chunks:
        assert [sum(line[0] == name for line in chunk) for name in "abc"] == [30, 10, 0]
    for name, first, second in (("a", chunks[:2], chunks[2:]), ("b", chunks[:2], chunks[2:])):
        passes = [[line for c in part for line in c if line[0] == name] for part in (first, second)]
        expected = sorted(line for line, _ in corpora[name])
        assert sorted(passes[0]) == sorted(passes[1]) == expected
    in_a = [{line for line in chunk if line[0] == "a"} for chunk in chunks]
    assert in_a[0] != in_a[2], "every pass has its own order"


def same(one: Batch, other: Batch) -> bool:
    tensors = vars(one).keys() - {"share"}
    return one.share == other.share and all(
        torch.equal(vars(one)[name], vars(other)[name]) for name in tensors
    )


@pytest.mark.parametrize(
    ("alpha", "noise"),
    [(0.0, 0.0), (0.2, 0.0), (0.0, 0.5)],
    ids=["best cut", "sampled cuts", "altered"],
)
def test_batches_depend_on_seed_and_place_alone(
    tokenizer: Tokenizer,
    pairs: list[Pair],
    monkeypatch: pytest.MonkeyPatch,
    alpha: float,
    noise: float,
) -> None:
    monkeypatch.setattr(data, "CHUNK_PAIRS", 70)
    config = TrainConfig(mix=(("a", 1.0),), tokens_per_batch=150, subword_alpha=alpha, noise=noise)
    whole = list(itertools.islice(TrainingBatches({"a": pairs}, tokenizer, config).stream(), 80))
    assert whole[-1][0] >= 2, "over several chunks"
    for begin in (0, 1, 30, 65):
        chunk, number, _ = whole[begin]
        resumed = TrainingBatches({"a": pairs}, tokenizer, config).stream(chunk, number)
        for expected, got in zip(whole[begin:], resumed, strict=False):
            assert expected[:2] == got[:2]
            assert same(expected[2], got[2])


@pytest.mark.parametrize("parts", [2, 3, 40])
def test_processes_share_every_batch(
    tokenizer: Tokenizer, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(data, "CHUNK_PAIRS", 70)
    batches = TrainingBatches({"a": pairs}, tokenizer, TrainConfig(mix=(("a", 1.0),), longest=30))
    whole = itertools.islice(batches.stream(), 6)
    shared = zip(*(batches.stream(0, 0, part, parts) for part in range(parts)), strict=True)
    for (*place, batch), together in zip(whole, shared, strict=False):
        assert all(list(own[:2]) == place for own in together)
        counted = [own for _, _, own in together if own.pairs]
        rows = [row for own in counted for row in unpadded(own)]
        assert sorted(rows) == sorted(unpadded(batch))
        assert sum(own.share for own in counted) == pytest.approx(1)
        assert {own.pairs for own in counted} <= {batch.pairs // parts, batch.pairs // parts + 1}
        for own in counted:
            written = int((own.target_out_BL != PAD).sum())
            assert own.share == written / int((batch.target_out_BL != PAD).sum())


def unpadded(batch: Batch) -> list[list[int]]:
    return [[id for id in row if id != PAD] for row in batch.source_BM.tolist()]


def test_another_seed_gives_another_order(tokenizer: Tokenizer, pairs: list[Pair]) -> None:
    first = [
        next(TrainingBatches({"a": pairs}, tokenizer, config).stream())[2]
        for config in (TrainConfig(mix=(("a", 1.0),), seed=seed) for seed in (1, 2))
    ]
    assert not same(*first)


def test_sampling_cuts_every_pass_anew(tokenizer: Tokenizer) -> None:
    config = TrainConfig(mix=(("a", 1.0),), subword_alpha=0.2)
    batches = TrainingBatches({"a": [("La voisine cherche", "The neighbour")]}, tokenizer, config)
    cuts = {tuple(b.source_BM[0].tolist()) for _, _, b in itertools.islice(batches.stream(), 20)}
    assert len(cuts) > 1


@pytest.mark.parametrize("noise", [0.0, 0.5, 1.0])
def test_a_share_of_the_french_is_altered_and_no_english(
    tokenizer: Tokenizer, noise: float
) -> None:
    french, english = "Été, La voisine.", "Summer, the neighbour."
    config = TrainConfig(mix=(("a", 1.0),), noise=noise)
    stream = TrainingBatches({"a": [(french, english)] * 400}, tokenizer, config).stream()
    read: list[str] = []
    for _, _, batch in itertools.islice(stream, 12):
        read += [tokenizer.decode(row) for row in batch.source_BM.tolist()]
        assert {tokenizer.decode(row) for row in batch.target_out_BL.tolist()} == {english}
    altered = sum(text != french for text in read) / len(read)
    assert altered == pytest.approx(noise, abs=0.15)


def test_pairs_too_long_to_learn_from_are_left_out(tokenizer: Tokenizer) -> None:
    corpus = [("1" * 30, "1"), ("1", "1" * 30), ("12", "34")]
    config = TrainConfig(mix=(("a", 1.0),), longest=10)
    _, _, batch = next(TrainingBatches({"a": corpus}, tokenizer, config).stream())
    assert [tokenizer.decode(row) for row in batch.source_BM.tolist()] == ["12"]


def test_a_corpus_of_long_pairs_only_is_refused(
    tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig(mix=(("a", 1.0),), longest=5)
    batches = TrainingBatches({"a": [("1" * 30, "1")]}, tokenizer, config)
    prepare = batches._prepare

    def prepare_few(chunk: int):  # type: ignore[no-untyped-def]
        if chunk > 20:
            raise RuntimeError("searching for ever")
        return prepare(chunk)

    monkeypatch.setattr(batches, "_prepare", prepare_few)
    with pytest.raises(UsageError, match="5 pieces"):
        next(batches.stream())


def test_a_failure_while_preparing_reaches_the_training_loop(
    tokenizer: Tokenizer, pairs: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = TrainingBatches({"a": pairs}, tokenizer, TrainConfig(mix=(("a", 1.0),)))

    def fail(*_: object) -> None:
        raise MemoryError(threading.current_thread().name)

    monkeypatch.setattr(batches, "_encode", fail)
    with pytest.raises(MemoryError):
        next(batches.stream())
