"""States of a recurrent encoder computed again by hand, layer by layer and in both directions."""

import dataclasses

import numpy as np
import pytest
import torch

from transformer import RecurrentConfig
from transformer.analysis.chain import check_states, joined_states
from transformer.checkpoint import new_model
from transformer.config import STATES
from transformer.tokenizer import END
from transformer.trace import ReadingTrace

IDS = (5, 9, 6, 9, 7, 8, END)


@pytest.fixture(params=[(arch, layers) for arch in STATES for layers in (1, 3)])
def model(request):
    arch, layers = request.param
    torch.manual_seed(4)
    made = new_model(RecurrentConfig(arch, 8, 12, layers, vocabulary=11, max_length=40)).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return made


def test_all_states_agree_and_are_what_the_decoder_sees(model) -> None:
    record = model.trace(IDS, (4, END))
    for piece in range(len(IDS)):
        check = check_states(model, record, piece)
        assert check.agrees and check.count == len(IDS) * 12
        assert check.recomputed == pytest.approx(check.model, abs=1e-5)
    with torch.no_grad():
        own = model.encode(torch.tensor([IDS]), torch.tensor([len(IDS)])).states[-1][0]
    np.testing.assert_allclose(joined_states(record), own, atol=1e-6)


def test_a_falsified_state_turns_the_check_red(model) -> None:
    record = model.trace(IDS, (4, END))
    states = record.forward[-1].state_MS.copy()
    states[2, 1] += 1e-3
    wrong = dataclasses.replace(record, forward=(*record.forward[:-1], ReadingTrace(states)))
    assert not check_states(model, wrong, 0).agrees
