"""A Transformer that translates French into English, to be looked into.

    from transformer import Translator
    translation = Translator.load().translate("Le chat noir dort.")
    translation.text
    translation.trace.decoder[2].cross_attention.heads.weights_HLM[4]

Key to the axes at the end of array names:
B batch, L query position, M key position, D model width, H head, K head width (d_k),
F feed-forward width, V vocabulary; S state width of a recurrent model.
"""

from transformer.config import ModelConfig, RecurrentConfig, TrainConfig
from transformer.errors import UsageError
from transformer.trace import KINDS, Kind, RecurrentTrace, Trace
from transformer.translator import Translation, Translator

__all__ = [
    "KINDS",
    "Kind",
    "ModelConfig",
    "RecurrentConfig",
    "RecurrentTrace",
    "Trace",
    "TrainConfig",
    "Translation",
    "Translator",
    "UsageError",
]
