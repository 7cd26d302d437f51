"""Files of a pass open again and hold the same numbers, and say where they come from."""

import contextlib
import hashlib
import json
from io import BytesIO

import numpy as np
import pytest

from transformer import KINDS, Translator, UsageError
from transformer.archive import ORIGIN, head_record, load_trace, origin_of, save_trace
from transformer.edits import ScaleScores
from transformer.trace import flatten

TEXT = "L'homme âgé regarde."
EDITS = (ScaleScores(1.0, "cross", 1, 2), ScaleScores(0.5))


@pytest.fixture(scope="module")
def translation(translator):
    return translator.translate(TEXT, edits=EDITS)


def test_an_archive_holds_every_array_of_the_trace(translator, translation, tmp_path) -> None:
    with (tmp_path / "t.npz").open("wb") as file:
        count = save_trace(file, translation, origin_of(translator, translation, EDITS))
    arrays, origin = load_trace(tmp_path / "t.npz")
    expected = flatten(translation.trace)
    assert arrays.keys() == expected.keys()
    assert len(arrays) == count > 50
    for name, array in expected.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
    assert origin == origin_of(translator, translation, EDITS)


def test_the_origin_is_enough_to_compute_the_same_again(translator, translation) -> None:
    origin = json.loads(json.dumps(origin_of(translator, translation, EDITS)))
    edits = [ScaleScores(**{k: v for k, v in e.items() if k != "edit"}) for e in origin["edits"]]
    again = translator.translate(origin["source"], edits=edits)
    np.testing.assert_array_equal(again.trace.logits_LV, translation.trace.logits_LV)
    assert origin["target"] == again.text == translation.text
    assert {edit["edit"] for edit in origin["edits"]} == {"ScaleScores"}


def test_a_loaded_model_is_named_by_the_hash_of_its_weights(model_folder) -> None:
    weights = (model_folder / "model.safetensors").read_bytes()
    assert Translator.load(model_folder, "cpu").sha256 == hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_as_json_is_the_head_of_the_trace(translator, translation, kind) -> None:
    record = head_record(translation, kind, 1, 2, origin_of(translator, translation, EDITS))
    record = json.loads(json.dumps(record))
    heads = translation.trace.sublayer(kind, 1).heads
    for name in ("query_LK", "key_MK", "value_MK", "scores_LM", "scaled_scores_LM", "weights_LM"):
        expected = getattr(heads, _with_heads(name))[2]
        np.testing.assert_array_equal(np.array(record[name], dtype=np.float32), expected)
    np.testing.assert_array_equal(record["mask_LM"], heads.mask_HLM[2])
    assert (record["scale"], record["gate"]) == (float(heads.scale_H[2]), 1.0)
    assert (len(record["queries"]), len(record["keys"])) == heads.mask_HLM.shape[1:]
    assert record["selection"] == {"kind": kind, "layer": 1, "head": 2, "counted_from": 0}


def _with_heads(name: str) -> str:
    """``weights_LM`` -> ``weights_HLM``."""
    stem, _, axes = name.rpartition("_")
    return f"{stem}_H{axes}"


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_what_is_no_trace_is_said_in_one_sentence(tmp_path, content) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="should be a trace"):
        load_trace(path)


def test_one_damaged_byte_is_noticed_or_changes_nothing(tmp_path) -> None:
    squares, whole, path = np.arange(50.0) ** 2, BytesIO(), tmp_path / "t.npz"
    np.savez_compressed(whole, origin=np.array("{}"), squares=squares)
    for place in range(len(whole.getvalue())):
        content = bytearray(whole.getvalue())
        content[place] ^= 0xFF
        path.write_bytes(content)
        with contextlib.suppress(UsageError):  # else it is one that nobody reads
            arrays, origin = load_trace(path)
            assert origin == {}
            assert all(array.tolist() == squares.tolist() for array in arrays.values())


def test_a_single_array_is_refused(tmp_path) -> None:
    path = tmp_path / "t.npy"
    np.save(path, np.zeros(3))
    with pytest.raises(UsageError, match="should be a trace"):
        load_trace(path)


def test_an_archive_of_something_else_is_refused(tmp_path) -> None:
    np.savez(tmp_path / "t.npz", weights=np.zeros(3))
    with pytest.raises(UsageError, match=ORIGIN):
        load_trace(tmp_path / "t.npz")
