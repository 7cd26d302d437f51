"""What is learned: every tensor by its size, what it is learned beside, and one as a picture."""

from dataclasses import asdict

import streamlit as st

from pages import N_
from pages.learning.tensor import draw_tensor
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.side import PART_NAMES
from pages.shared.translation import load
from transformer import ModelConfig, Translation
from transformer.analysis.check import Check
from transformer.analysis.parameters import (
    TYPICAL,
    Parameter,
    by_formula,
    parameters,
    total,
)
from transformer.analysis.tally import count_of, tally
from transformer.figures.parameters import tally_figure, tree_figure

TITLES = {
    "model": N_("All learned numbers"),
    "embedding": N_("Embedding"),
    "encoder": N_("Encoder"),
    "decoder": N_("Decoder"),
    "attention": N_("Attention"),
    "output": N_("Output layer"),
    "norm": N_("LayerNorm"),
} | PART_NAMES
ORIGINS = {"learned": N_("Learned"), "fixed": N_("Fixed"), "computed": N_("Computed")}
SORTS = {
    "pieces": N_("which pieces are read"),
    "positions": N_("sines and cosines of positions"),
    "factors": N_("scaling factors"),
    "mask": N_("causal mask"),
    "vectors": N_("vectors between the steps"),
    "query": N_("queries Q"),
    "key": N_("keys K"),
    "value": N_("values V"),
    "scores": N_("scores, raw and scaled"),
    "weights": N_("attention weights"),
    "hidden": N_("inside feed-forward"),
    "states": N_("states of the LSTM"),
    "logits": N_("logits"),
}
SIZES = r"""V d + N_e \,(4 d h d_k + 2 d d_{ff} + d_{ff} + 5 d) + N_d \,(8 d h d_k + 2 d d_{ff} +
d_{ff} + 7 d) + 4 d"""
FOUND = """\
from transformer.analysis.parameters import parameters
found = parameters(translator.model)
"""
TALLY = """\
from transformer.analysis.tally import tally
shares = tally(translator, translation)
"""


def main() -> None:
    st.header(_("What is learned?"))
    st.write(
        _(
            "A trained model is a list of tables full of numbers, its parameters. They began as "
            "random numbers; training changed them step by step, until the translations fitted. "
            "Everything else is fixed in advance, or computed anew for every sentence."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    found = parameters(load(st.session_state["model"]).model)
    chosen = _chosen(found)
    show(_tree(found, chosen))
    _prove(found)
    st.subheader(_("Learned, fixed, computed"))
    show(_tally(translation))
    st.caption(
        _(
            "Learned numbers are the same for every sentence. Fixed ones are given by the text or "
            "by a formula. Computed ones are those that the trace records, each counted once: "
            "they are gone when the next sentence comes."
        )
    )
    st.subheader(_("One tensor as a picture"))
    _pick_tensor(found)
    draw_tensor(chosen, _full_name(chosen))


def _dark() -> bool:
    return st.context.theme.type == "dark"


def _chosen(found: tuple[Parameter, ...]) -> Parameter:
    """The chosen tensor; for one of another model or a damaged link, a typical one."""
    names = {parameter.name: parameter for parameter in found}
    if st.session_state["tensor"] not in names:
        st.session_state["tensor"] = TYPICAL if TYPICAL in names else "embedding.weight"
    return names[st.session_state["tensor"]]


def _pick_tensor(found: tuple[Parameter, ...]) -> None:
    """Any tensor, by torch's name; the picture of all frames it."""
    names = {parameter.name: f"{_full_name(parameter)}  ·  {parameter.name}" for parameter in found}
    st.selectbox(
        _("Tensor"),
        list(names),
        format_func=names.__getitem__,
        key="tensor",
        persist_state="session",
    )


def _full_name(parameter: Parameter) -> str:
    """Where it stands and its symbol: "Encoder, layer 1, Self-attention: W_Q"."""
    return ", ".join(map(_title, parameter.path)) + f": {parameter.symbol}"


def _title(part: str) -> str:
    return _("layer {number}").format(number=part) if part.isdigit() else _(TITLES[part])


def _tree(found: tuple[Parameter, ...], chosen: Parameter) -> Picture:
    count = total(found)
    embedding = next(parameter for parameter in found if parameter.path == ("embedding",))
    pieces, width = embedding.shape
    return Picture.of(
        "parameters",
        tree_figure,
        {"found": found},
        setup=FOUND,
        chosen=chosen.name,
        titles={key: _(title) for key, title in TITLES.items()},
        layer=_("layer {number}"),
        title=_("The larger the area, the more numbers; framed: the tensor chosen below"),
        dark=_dark(),
        said=_(
            "{total} learned numbers in {tensors} tensors. The embedding matrix E has a row of "
            "{width} numbers for each of {pieces} pieces: {share} percent of all. It is stored "
            "once and used three times, for French, for English and for the logits."
        ).format(
            total=f"{count:,}",
            tensors=len(found),
            width=width,
            pieces=f"{pieces:,}",
            share=f"{100 * embedding.count / count:.1f}",
        ),
        table={
            _("name"): [parameter.name for parameter in found],
            _("symbol"): [parameter.symbol for parameter in found],
            _("place"): [", ".join(map(_title, parameter.path)) for parameter in found],
            _("shape"): [" × ".join(map(str, parameter.shape)) for parameter in found],
            _("count"): [parameter.count for parameter in found],
        },
    )


def _prove(found: tuple[Parameter, ...]) -> None:
    """The same count three times: from the sizes, from the tensors listed, from torch."""
    model = load(st.session_state["model"]).model
    own = sum(parameter.numel() for parameter in model.parameters())
    checks = [Check.of(count, own) for count in (by_formula(model.config), total(found))]
    line = _(
        "worked out from the sizes {formula}, added up over the tensors {sum}, model {own}"
    ).format(formula=f"{by_formula(model.config):,}", sum=f"{total(found):,}", own=f"{own:,}")
    agrees = all(check.agrees for check in checks)
    st.markdown(f":green[✓ {line}]" if agrees else f":red[✗ {line}]")
    if model.config.arch == "transformer":
        st.latex(SIZES)
        st.caption(_letters(model.config))


def _letters(config: ModelConfig) -> str:
    """What the letters of ``SIZES`` stand for."""
    return _(
        "V = {vocabulary} pieces, d = {d_model} numbers in a vector, h = {heads} heads of width "
        "d_k = {d_k}, d_ff = {d_ff} inside feed-forward, N_e = {encoder_layers} and "
        "N_d = {decoder_layers} layers. 4 d h d_k are W_Q, W_K, W_V and W_O; 2 d d_ff are W_1 and "
        "W_2; the others are biases and LayerNorm."
    ).format(**asdict(config))


def _tally(translation: Translation) -> Picture:
    shares = tally(load(st.session_state["model"]), translation)
    names = TITLES | SORTS
    whats = [_(names[share.what]) for share in shares]
    origins = [_(ORIGINS[share.origin]) for share in shares]
    learned, fixed, computed = (count_of(shares, origin) for origin in ORIGINS)
    return Picture.of(
        "tally",
        tally_figure,
        {"[share.count for share in shares]": [share.count for share in shares]},
        setup=TALLY,
        whats=whats,
        origins=origins,
        sorts=[s.origin if s.origin != "computed" else s.what for s in shares],
        title=_("Numbers behind this translation"),
        axis=_("how many, each line ten times the one before"),
        dark=_dark(),
        said=_(
            "{learned} learned numbers and {fixed} fixed ones give {computed} computed ones, for "
            "the {read} pieces of this sentence and the {written} of its translation."
        ).format(
            learned=f"{learned:,}",
            fixed=f"{fixed:,}",
            computed=f"{computed:,}",
            read=len(translation.source.ids),
            written=len(translation.target.ids),
        ),
        table={
            _("origin"): origins,
            _("what"): whats,
            _("count"): [share.count for share in shares],
        },
    )


main()
