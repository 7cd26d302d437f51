"""Two ways to attend are one, and no mask ever leaves a query without a key."""

from unittest.mock import patch

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from transformer import ModelConfig, attention
from transformer.attention import (
    MultiHeadAttention,
    attend,
    causal_mask,
    padding_mask,
)
from transformer.edits import Change

B, H, L, M, K = 3, 4, 5, 7, 6


def random_input() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(2)
    return torch.randn(B, H, L, K) * 3, torch.randn(B, H, M, K), torch.randn(B, H, M, K)


MASKS = {
    "none": None,
    "padding": padding_mask(torch.tensor([7, 1, 4]), M),
    "links": (torch.rand(B, L, M, generator=torch.Generator().manual_seed(3)) < 0.5)
    | (torch.arange(M) == 2),
    "causal": causal_mask(M)[:, -L:],
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_fused_and_spelled_out_attention_agree(mask: torch.Tensor | None) -> None:
    query, key, value = random_input()
    fast, nothing = attend(query, key, value, mask, Change(H, 0.7))
    slow, recorded = attend(query, key, value, mask, Change(H, 0.7), explain=True)
    torch.testing.assert_close(fast, slow, atol=1e-5, rtol=1e-5)
    assert nothing is None and recorded is not None
    torch.testing.assert_close(torch.tensor(recorded.context_HLK), slow[0])


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_the_record_is_of_the_first_sentence(mask: torch.Tensor | None) -> None:
    query, key, value = random_input()
    _, recorded = attend(query, key, value, mask, Change(H, 0.7), explain=True)
    assert recorded is not None
    expected = torch.ones(L, M, dtype=torch.bool) if mask is None else mask[0].expand(L, M)
    assert (torch.tensor(recorded.mask_HLM) == expected).all()
    torch.testing.assert_close(torch.tensor(recorded.scores_HLM), query[0] @ key[0].mT)
    torch.testing.assert_close(torch.tensor(recorded.value_HMK), value[0])


def test_a_record_does_not_change_with_its_tensors() -> None:
    query, key, value = random_input()
    _, recorded = attend(query, key, value, None, Change(H, 0.7), explain=True)
    assert recorded is not None
    before = recorded.query_HLK.copy()
    query.zero_()
    assert (recorded.query_HLK == before).all()


@pytest.mark.parametrize("explain", [False, True], ids=["fused", "spelled out"])
@pytest.mark.parametrize("d_k", [4, 6], ids=["as wide as the model", "narrower"])
def test_heads_are_single_head_attentions_side_by_side(d_k: int, explain: bool) -> None:
    torch.manual_seed(4)
    module = MultiHeadAttention(ModelConfig(d_model=16, heads=4, d_k=d_k))
    x, memory = torch.randn(2, L, 16), torch.randn(2, M, 16)
    expected = torch.zeros(2, L, 16)
    for head in range(4):
        rows = slice(head * d_k, (head + 1) * d_k)
        query = x @ module.query.weight[rows].T
        key, value = memory @ module.key.weight[rows].T, memory @ module.value.weight[rows].T
        weights = (query @ key.mT / d_k**0.5).softmax(-1)
        expected = expected + weights @ value @ module.output.weight[:, rows].T
    got, _ = module(x, module.keys_values(memory), None, explain=explain)
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)


def test_the_four_matrices_have_no_bias() -> None:
    names = [name for name, _ in MultiHeadAttention(ModelConfig()).named_parameters()]
    assert names == ["query.weight", "key.weight", "value.weight", "output.weight"]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=5), st.integers(0, 4))
def test_padding_is_hidden_and_nothing_else(lengths: list[int], more: int) -> None:
    longest = max(lengths) + more
    mask = padding_mask(torch.tensor(lengths), longest)
    assert mask.shape == (len(lengths), 1, longest)
    assert mask.sum(-1).flatten().tolist() == lengths
    assert all(bool(row[0, :length].all()) for row, length in zip(mask, lengths, strict=True))


@given(st.integers(1, 20))
def test_a_piece_sees_itself_and_all_before_it(length: int) -> None:
    mask = causal_mask(length)[0]
    assert all(mask[i, j] == (j <= i) for i in range(length) for j in range(length))


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=4))
def test_no_row_is_ever_fully_masked(make_model, lengths: list[tuple[int, int]]) -> None:
    seen = []

    def spy(query, key, value, mask, change, explain=False):  # type: ignore[no-untyped-def]
        seen.append(mask)
        return attend(query, key, value, mask, change, explain)

    model = make_model()
    sources = torch.tensor([source for source, _ in lengths])
    with patch.object(attention, "attend", spy):
        model(
            torch.ones(len(lengths), int(sources.max()), dtype=torch.long),
            sources,
            torch.ones(len(lengths), max(target for _, target in lengths), dtype=torch.long),
        )
    assert len(seen) == 2 + 2 * 3
    assert all(mask is None or mask.any(-1).all() for mask in seen)
