"""What the pages on memory compare, and what they offer and a link may carry."""

from pages.shared.translation import load
from transformer.translator import default_model, shipped_models

SAME_SIZE = "transformer-5m"  # the Transformer with as many parameters as the recurrent models
RECURRENT = ("birnn", "rnn", "birnn-attention")
COMPARED = ("rnn", "birnn", SAME_SIZE)
# What the recurrent weights are multiplied by.
GAINS = ("0.25", "0.5", "0.7", "1", "1.4", "2", "2.8", "4")


def compared(chosen: str) -> list[str]:
    """The recurrent models, the Transformer of their size, and the chosen model.

    Of those that are not shipped, the default Transformer stands for the Transformer.
    """
    shipped = shipped_models()
    found = [name for name in COMPARED if name in shipped]
    if SAME_SIZE not in found:
        found.append(default_model())
    return list(dict.fromkeys([*found, chosen]))


def missing() -> list[str]:
    """Models these pages would compare, but which are not shipped."""
    shipped = shipped_models()
    return [name for name in COMPARED if name not in shipped]


def is_transformer(model: str) -> bool:
    return load(model).model.config.arch == "transformer"


def a_transformer(chosen: str) -> str:
    """The chosen model if it is a Transformer, else the one to compare with."""
    return chosen if is_transformer(chosen) else next(filter(is_transformer, compared(chosen)))
