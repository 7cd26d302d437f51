"""What a recurrent model without attention hands from French to English: two vectors, no links."""

import numpy as np
import streamlit as st

from pages.shared.language import _
from pages.shared.picture import show
from pages.shared.strips import strips
from transformer import Translation

SETUP = "import numpy as np\nfound = translation"


def handover(translation: Translation) -> None:
    """The English, and the encoder's last state, which is all that it was written from."""
    for name, text in (("french", translation.source.text), ("english", translation.text)):
        with st.container(key=f"large_{name}"):
            st.text(text)
    states = translation.recurrent.decoder
    rows = np.stack([state.initial_S for state in states])
    layers, width = rows.shape
    show(
        strips(
            "handover",
            rows,
            " ".join(f"recurrent.decoder[{layer}].initial_S" for layer in range(layers)),
            [_("state of layer {number}").format(number=number + 1) for number in range(layers)],
            0,
            _(
                "This model has no attention. {pieces} French pieces have become {layers} vectors "
                "of {width} numbers, as many for a sentence of any length; the English is "
                "written from them alone (Sutskever et al. 2014)."
            ).format(pieces=len(translation.source.ids), layers=layers, width=width),
            SETUP,
        )
    )
