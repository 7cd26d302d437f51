"""Float16 copies of the weights give the same numbers, or are not used."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from transformer import Translator
from transformer.decoding import search
from transformer.model import Transformer
from transformer.projection import Joint, Packed, Projection, factors, pack


def rounded(network: nn.Module) -> nn.Module:
    """With weights that float16 can hold, as those of a file."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.half())
    return network


@pytest.fixture
def projection() -> Projection:
    torch.manual_seed(1)
    made = Projection(40, 24)
    rounded(made)
    pack(made)
    if made.packed is None:
        pytest.skip("FBGEMM is not there")
    return made


def plain(projection: Projection, x: Tensor) -> Tensor:
    return x @ projection.weight.T + projection.bias


@pytest.mark.parametrize("shape", [(1, 40), (3, 5, 40)])
def test_a_packed_product_is_the_product(projection: Projection, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)
    with torch.inference_mode():
        packed, expected = projection(x), plain(projection, x)
        assert packed is not None and torch.allclose(packed, expected, atol=1e-5)
        multiply, [factor] = factors(2, projection)
        assert torch.equal(multiply(x, *factor), packed)


def test_a_single_vector_is_multiplied_as_well(projection: Projection) -> None:
    x = torch.randn(40)
    with torch.inference_mode():
        assert torch.allclose(projection(x), plain(projection, x), atol=1e-5)


def test_changed_weights_are_seen_at_once(projection: Projection) -> None:
    x = torch.randn(2, 40)
    with torch.no_grad():
        projection.weight *= 2
        assert torch.allclose(projection(x), plain(projection, x), atol=1e-5)
        multiply, [factor] = factors(2, projection)
        assert torch.allclose(multiply(x, *factor), plain(projection, x), atol=1e-5)


@pytest.mark.parametrize("is_packed", [True, False])
def test_projections_of_the_same_input_are_multiplied_at_once(is_packed: bool) -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = Projection(40, 24, bias=False), Projection(40, 8, bias=False)
            self.joint = Joint(self.one, self.other)

    both, x = rounded(Two()), torch.randn(3, 40)
    assert isinstance(both, Two) and list(both.state_dict()) == ["one.weight", "other.weight"]
    if is_packed:
        pack(both)
    for _turn in range(2):
        with torch.inference_mode():
            multiply, [factor] = factors(3, both.joint)
            expected = torch.cat([F.linear(x, both.one.weight), F.linear(x, both.other.weight)], 1)
            assert torch.allclose(multiply(x, *factor), expected, atol=1e-5)
        with torch.no_grad():
            both.other.weight *= 2  # seen at once


def test_a_gradient_takes_the_ordinary_way(projection: Projection) -> None:
    projection(torch.randn(2, 40)).sum().backward()
    assert projection.weight.grad is not None


def test_a_copy_of_a_network_has_weights_of_its_own(projection: Projection) -> None:
    twin, x = copy.deepcopy(projection), torch.randn(2, 40)
    expected = plain(projection, x)
    with torch.no_grad():
        twin.weight.zero_()
    with torch.inference_mode():
        assert torch.allclose(projection(x), expected, atol=1e-5)
        assert torch.equal(twin(x), twin.bias.expand(2, -1))


def test_weights_that_float16_would_round_are_not_packed() -> None:
    assert Packed.of(torch.full((2, 3), 1 / 3)) is None


def test_a_packed_model_translates_alike(make_model) -> None:
    model = rounded(make_model())
    assert isinstance(model, Transformer)
    sources = [[5, 7, 9, 3], [4, 3], [6, 6, 8, 10, 4, 3]]
    expected = [search(model, sources, beam) for beam in (1, 3)]
    pack(model)
    for beam, before in zip((1, 3), expected, strict=True):
        for found, wanted in zip(search(model, sources, beam), before, strict=True):
            assert [h.ids for h in found] == [h.ids for h in wanted]
            for one, other in zip(found, wanted, strict=True):
                assert one.log_probability == pytest.approx(other.log_probability, abs=1e-4)


def test_a_loaded_model_is_packed_and_one_to_train_is_not(model_folder) -> None:
    from transformer.checkpoint import load_model

    packed = Translator.load(model_folder, "cpu").model
    assert all(
        part.packed is not None for part in packed.modules() if isinstance(part, Projection)
    ) == (Packed.of(torch.zeros(2, 3)) is not None)
    unpacked, _ = load_model(model_folder, torch.device("cpu"))
    assert all(part.packed is None for part in unpacked.modules() if isinstance(part, Projection))
