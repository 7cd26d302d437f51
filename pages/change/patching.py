"""Activation patching: which head carries the difference between two sentences?"""

import numpy as np
import streamlit as st

from pages.shared.attention import NAMES
from pages.shared.goto import go
from pages.shared.language import _, explain
from pages.shared.live import live
from pages.shared.pairs import PATCHES
from pages.shared.picture import Picture, show
from pages.shared.second_text import example_box, text_box
from pages.shared.sentence import current_text
from pages.shared.stage import proof
from pages.shared.translation import BEAM_SIZE, MANY_PIECES, load, translate
from transformer import KINDS, Kind, Translation, UsageError
from transformer.analysis.patching import Patching, check_equal, patching
from transformer.figures.head_grid import head_grid_figure
from transformer.figures.patching import two_sentences_figure

SETUP = """\
from transformer.analysis.patching import patching
other = translator.translate({other!r}, beam_size={beam})
"""
FOUND = "found = patching(translator, translation, other)\n"
HARDLY = 1.0  # nats between the two runs: with less, a share of it says little


def main() -> None:
    st.header(_("Patching"))
    st.write(
        _(
            "Two sentences that differ in one word, two runs of the model. Take what one head "
            "fetched in the run of B and put it into the run of A: if A's answer turns into B's, "
            "this head carries the difference."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = _("Sentence B (A stands at the top)")
        text_box("patch", label, _("Patch"), _("Type a French sentence"))
        example_box(
            "patch_pair",
            PATCHES,
            lambda pair: f"{_(pair.differs)} – {pair.second}",
            lambda pair: {"text": pair.first, "patch": pair.second},
        )
    live(_draw)


def _draw(translation: Translation) -> None:
    model, text = st.session_state["model"], current_text()
    other = translate(model, st.session_state["patch"]).translation
    try:
        check_equal(translation.source, other.source)
        _check_short(translation)
        found = _patching(model, text, st.session_state["patch"])
    except UsageError as error:
        st.text(explain(error))
        show(_pieces(translation, other))
        return
    show(_pieces(translation, other))
    st.text(_runs(found, translation, other))
    if abs(found.lead_a - found.lead_b) < HARDLY:
        st.text(_("The two runs hardly differ here, so that shares of it say little."))
    show(_moved(found))
    _look(found)
    st.text(_whole(found))
    st.text(_("All heads of cross-attention from B at once give B's scores:"))
    proof(found.crossed)
    st.text(_("Every head with its own numbers again gives A's scores:"))
    proof(found.itself)
    st.caption(_how())


def _check_short(translation: Translation) -> None:
    if len(translation.source.ids) > MANY_PIECES:
        raise UsageError(
            "The sentences have {count} pieces each; this page patches up to {most}. Shorten them.",
            count=len(translation.source.ids),
            most=MANY_PIECES,
        )


# A hundred passes of 5 milliseconds: computed once for two sentences.
@st.cache_data(max_entries=128, show_spinner=False)
def _patching(model: str, text: str, patch: str) -> Patching:
    one, other = (translate(model, sentence).translation for sentence in (text, patch))
    return patching(load(model), one, other)


def _pieces(one: Translation, other: Translation) -> Picture:
    """Both sentences, piece under piece."""
    pieces = [one.source.pieces, other.source.pieces]
    longest = max(map(len, pieces))
    rows = [[*part, *[""] * (longest - len(part))] for part in pieces]
    differing = sum(first != second for first, second in zip(*rows, strict=True))
    return Picture.of(
        "two-sentences",
        two_sentences_figure,
        {"translation.source.pieces": pieces[0], "other.source.pieces": pieces[1]},
        setup=_setup(),
        names=("A", "B"),
        title=_("The pieces of both sentences; boxes: where they differ"),
        dark=st.context.theme.type == "dark",
        said=_(
            "Places where A ({one} pieces; “{english}”) and B ({other} pieces; “{instead}”) "
            "differ: {count}."
        ).format(
            one=len(pieces[0]),
            english=one.text,
            other=len(pieces[1]),
            instead=other.text,
            count=differing,
        ),
        table={"A": rows[0], "B": rows[1]},
    )


def _setup() -> str:
    return SETUP.format(other=st.session_state["patch"], beam=BEAM_SIZE)


def _runs(found: Patching, one: Translation, other: Translation) -> str:
    """Where the translations part, and what is measured there."""
    place = len(found.beginning)
    return _(
        "Both runs have written “{beginning}”. Now A writes “{first}”, B “{second}”. Measured: how "
        "much larger the logit of “{first}” is than that of “{second}”: {one} in A, {other} in B."
    ).format(
        beginning=" ".join(("<s>", *one.target.pieces[:place])),
        first=one.target.pieces[place],
        second=other.target.pieces[place],
        one=f"{found.lead_a:.2f}",
        other=f"{found.lead_b:.2f}",
    )


def _moved(found: Patching) -> Picture:
    rows = [(kind, *place) for kind in KINDS for place in np.ndindex(found.moved[kind].shape)]
    values = np.array([found.moved[kind][layer, head] for kind, layer, head in rows])
    return Picture.of(
        "patching",
        head_grid_figure,
        {
            "[*found.moved.values()]": [*found.moved.values()],
            "[*found.together.values()]": [*found.together.values()],
        },
        setup=_setup() + FOUND,
        names=[_(NAMES[kind]) for kind in KINDS],
        layer=_("layer {number}"),
        head=_("head {number}"),
        all_heads=_("all"),
        title=_("How far one head moves A towards B: 0 still A, 1 as in B"),
        dark=st.context.theme.type == "dark",
        said=_said(found, values),
        table={
            _("attention"): [_(NAMES[kind]) for kind, _layer, _head in rows],
            _("layer"): [layer + 1 for _kind, layer, _head in rows],
            _("head"): [head + 1 for _kind, _layer, head in rows],
            _("share of the way to B"): values,
        },
    )


def _said(found: Patching, values: np.ndarray) -> str:
    """Which head carries most, what its whole layer does, and how many do nothing."""
    kind, layer, head = found.strongest()
    return _(
        "This head carries most of the difference by itself: {head}. It moves A by {share} of the "
        "way to B; all heads of its layer together move it by {together}. Of {heads} heads, {few} "
        "move it by less than 0.01."
    ).format(
        head=_name(kind, layer, head),
        share=f"{found.moved[kind][layer, head]:.2f}",
        together=f"{found.together[kind][layer]:.2f}",
        heads=len(values),
        few=int((np.abs(values) < 0.01).sum()),
    )


def _name(kind: Kind, layer: int, head: int) -> str:
    return _("{kind}, layer {layer}, head {head}").format(
        kind=_(NAMES[kind]), layer=layer + 1, head=head + 1
    )


def _look(found: Patching) -> None:
    """The way to what the strongest head looks at."""
    kind, layer, head = found.strongest()
    name = _name(kind, layer, head)
    if st.button(_("See where it looks: {head}").format(head=name) + " →", type="tertiary"):
        go("attention", kind=kind, layer=str(layer + 1), head=str(head + 1))


def _whole(found: Patching) -> str:
    """All heads of one kind at once."""
    shares = [f"{_(NAMES[kind])} {share:.2f}" for kind, share in found.whole.items()]
    return _("All heads of all layers at once: {shares}.").format(shares=", ".join(shares))


def _how() -> str:
    return _(
        "Activation patching (Vig et al. 2020; Wang et al. 2023; its measures are compared in "
        "Zhang and Nanda 2024). A head's output is replaced before W_O, in all rows; everything "
        "after it is computed again. Shares do not add up: later heads answer to earlier ones, "
        "and several may carry the same."
    )


main()
