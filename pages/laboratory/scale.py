"""Take 1/sqrt(d_k) away: translate again with another factor on the scores."""

import numpy as np
import streamlit as st

from pages.shared.attention import SHORT_NAMES, pick_attention
from pages.shared.compare import compare
from pages.shared.examples import LONG
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.pick import pick
from pages.shared.picture import Picture, show
from pages.shared.scaling import FACTORS, SCOPES, name_factor
from pages.shared.sentence import current_text
from pages.shared.translation import load, translate
from transformer import KINDS, Kind, Trace, Translation
from transformer.analysis.edited import layer_entropies, log_probabilities, replay
from transformer.edit_codes import read_edits, write_edits
from transformer.edits import Edits, ScaleScores
from transformer.figures.edited import before_after_figure, factors_figure

OWN = "1"  # times 1/sqrt(d_k): the model's own factor


def main() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(_("Without √d_k"), width="content")
        st.button(_("A long sentence without the division"), key="long", on_click=_take_long)
    st.write(
        _(
            "Before the softmax every score is multiplied by 1/√d_k. Choose another factor and let "
            "the model translate again: a smaller one makes all keys alike, a larger one sharpens "
            "every row. With a factor of 1 the division is left out."
        )
    )
    live(_draw)


def _take_long() -> None:
    """A sentence that does not survive without the division."""
    st.session_state["text"] = LONG.text
    st.session_state["scope"], st.session_state["factor"] = "model", "none"


def _draw(translation: Translation) -> Edits:
    _pick_edit()
    # Where all attentions are meant there is none to choose.
    place: tuple[Kind, int, int] = ("cross", 0, 0)
    if st.session_state["scope"] != "model":
        place = pick_attention(translation.trace)
    edits = _every_factor(translation, *place)
    edit = edits[FACTORS.index(st.session_state["factor"])]
    name = _("With the factor {factor}").format(factor=name_factor(st.session_state["factor"]))
    _compare(translation, edit, name)
    replayed = replay(load(st.session_state["model"]), translation, (edit,))
    _numbers(translation, replayed)
    show(_all_factors(translation, edits))
    show(_entropies(translation, replayed, edit, name))
    _explain(edits[FACTORS.index(OWN)].factor)
    return () if st.session_state["factor"] == OWN else (edit,)


def _every_factor(
    translation: Translation, kind: Kind, layer: int, head: int
) -> tuple[ScaleScores, ...]:
    """The edits that the slider offers, in the chosen scope."""
    width = translation.trace.sublayer(kind, layer).heads.query_HLK.shape[-1]
    scope = st.session_state["scope"]
    return tuple(
        ScaleScores(
            1.0 if factor == "none" else float(factor) * width**-0.5,
            kind=None if scope == "model" else kind,
            layer=layer if scope in ("layer", "head") else None,
            head=head if scope == "head" else None,
        )
        for factor in FACTORS
    )


def _explain(own: float) -> None:
    st.write(
        _(
            "This model was trained with the division, and its rows are sharp already: to sharpen "
            "them further may change no word of a short sentence, and lose the thread of a long "
            "one. What the division is for happens while a model learns: sharp rows let hardly any "
            "gradient through."
        )
    )
    st.latex(rf"d_k = {round(own**-2)}, \quad 1/\sqrt{{d_k}} = {own:.4f}")


def _pick_edit() -> None:
    """Which scores, which factor, and the way back."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pick(_("Change the scores of"), list(SCOPES), "scope", SCOPES)
        st.select_slider(
            _("Factor on the scores"),
            FACTORS,
            format_func=name_factor,
            key="factor",
            persist_state="session",
            width=300,
        )
        st.button(
            _("Start over"),
            key="start_over",
            on_click=_start_over,
            disabled=st.session_state["factor"] == OWN,
            help=_("The model's own factor, 1/√d_k"),
        )


def _start_over() -> None:
    st.session_state["factor"] = OWN


def _compare(translation: Translation, edit: ScaleScores, name: str) -> None:
    """The model's own translation beside the edited one."""
    edited = translate(st.session_state["model"], current_text(), (edit,)).translation
    gone, new = compare(translation, edited, titles=(_("As trained"), name), key="texts")
    st.text(
        _("Dashed: words that are gone ({gone}). Underlined: new words ({new}).").format(
            gone=gone, new=new
        )
        if gone or new
        else _("Not one word has changed.")
    )


def _numbers(translation: Translation, replayed: Trace) -> None:
    """The former translation and the rows, under the edit and as trained."""
    log_probability = load(st.session_state["model"]).log_probability
    with st.container(horizontal=True):
        for label, trained, changed, digits in (
            (
                _("Log-probability of the translation as trained"),
                log_probability(translation.trace, translation.target),
                log_probability(replayed, translation.target),
                2,
            ),
            (
                _("Mean entropy of a row, in bits"),
                layer_entropies(translation.trace).mean(),
                layer_entropies(replayed).mean(),
                3,
            ),
        ):
            st.metric(
                label,
                f"{changed:.{digits}f}",
                _("as trained {number}").format(number=f"{trained:.{digits}f}"),
                delta_color="off",
                delta_arrow="off",
            )


def _entropies(translation: Translation, replayed: Trace, edit: ScaleScores, name: str) -> Picture:
    trained, changed = layer_entropies(translation.trace), layer_entropies(replayed)
    places = [(kind, n + 1) for kind in KINDS for n in range(translation.trace.layers(kind))]
    kinds = [_(SHORT_NAMES[kind]) for kind, _layer in places]
    layers = [str(number) for _kind, number in places]
    said = _(
        "Mean entropy of a row, in bits, over all layers: {own} as trained, {changed} with the "
        "factor. 0 means that one key gets all."
    ).format(own=f"{trained.mean():.3f}", changed=f"{changed.mean():.3f}")
    return Picture.of(
        "entropies",
        before_after_figure,
        {
            "layer_entropies(translation.trace)": trained,
            "layer_entropies(replay(translator, translation, edits))": changed,
            repr(kinds): kinds,
            repr(layers): layers,
        },
        setup="from transformer.analysis.edited import layer_entropies, replay\n"
        f"from transformer.edits import ScaleScores\nedits = [{edit!r}]",
        said=said,
        table={_("attention"): kinds, _("layer"): layers, _("As trained"): trained, name: changed},
        names=(_("As trained"), name),
        title=_("Entropy of a row in every layer, in bits"),
        dark=st.context.theme.type == "dark",
    )


# Nine passes of 20 milliseconds: computed once for a sentence and a scope.
@st.cache_data(max_entries=256, show_spinner=False)
def _log_probabilities(model: str, text: str, code: str) -> np.ndarray:
    translation = translate(model, text).translation
    return log_probabilities(load(model), translation, [(edit,) for edit in read_edits(code)])


def _all_factors(translation: Translation, edits: tuple[ScaleScores, ...]) -> Picture:
    model, text = st.session_state["model"], current_text()
    found = _log_probabilities(model, text, write_edits(edits))
    chosen, own = FACTORS.index(st.session_state["factor"]), FACTORS.index(OWN)
    factors = [edit.factor for edit in edits]
    labels = ["√d_k" if code == "none" else code for code in FACTORS]
    best = int(found.argmax())
    said = _(
        "How probable the model finds its own translation under each factor: {own} with the one "
        "it was trained with, {chosen} with the chosen one; most probable at {best}."
    ).format(
        own=f"{found[own]:.2f}", chosen=f"{found[chosen]:.2f}", best=name_factor(FACTORS[best])
    )
    return Picture.of(
        "factors",
        factors_figure,
        {
            "[edit.factor for edit in edits]": factors,
            "log_probabilities(translator, translation, [(edit,) for edit in edits])": found,
        },
        setup="from transformer.analysis.edited import log_probabilities\n"
        "from transformer.edits import ScaleScores\n"
        "edits = [\n" + "".join(f"    {edit!r},\n" for edit in edits) + "]",
        said=said,
        table={_("factor"): factors, _("log-probability"): found},
        labels=labels,
        chosen=chosen,
        own=own,
        mark=_("as trained"),
        title=_("Log-probability of the translation"),
        axis=_("factor on the scores, times 1/√d_k"),
        dark=st.context.theme.type == "dark",
    )


main()
