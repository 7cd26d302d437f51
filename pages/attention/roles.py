"""Queries, keys and values: three products of the same kind, and why there are three."""

import numpy as np
import streamlit as st

from pages import N_
from pages.shared.attention import COLUMNS, NAMES, ROWS, pick_attention
from pages.shared.components.product import Axis, Matrix, Source, role_sources
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, show
from pages.shared.product import Layout, draw_steps, latex_sizes, sizes
from pages.shared.stage import Stage, pick_depth
from pages.shared.translation import load
from transformer import Kind, Translation
from transformer.analysis.roles import ROLES, Projection, project, similarity_weights
from transformer.analysis.view import piece_names
from transformer.attention import MultiHeadAttention
from transformer.figures.attention import head_figure
from transformer.figures.product import product_figure

TITLES = {
    "query": N_("Queries: what each position asks for"),
    "key": N_("Keys: what each position offers to be found by"),
    "value": N_("Values: what each position gives to those who look"),
}
LETTERS = {"query": "Q", "key": "K", "value": "V"}
SOURCES = {  # what queries are made of, and what keys and values are
    "encoder": (N_("French"), N_("French")),
    "decoder": (N_("English read so far"), N_("English read so far")),
    "cross": (N_("English (decoder)"), N_("French (the encoder's memory)")),
}
MANY_KEYS = 14  # more would be illegible in half the page's width
# What the cells of the figures compute first.
_SETUP = """\
from transformer.analysis.view import piece_names
from transformer.analysis.roles import project
names = piece_names(translation, {kind!r})
matrices = translator.projections({kind!r}, {layer})
found = project(translation.trace, {kind!r}, {layer}, {head}, matrices)
heads = translation.trace.sublayer({kind!r}, {layer}).heads
"""
_WITHOUT = """\
from transformer.analysis.roles import similarity_weights
asking, answering = found["query"].inputs, found["key"].inputs
"""


def main() -> None:
    st.header(_("Query, key, value"))
    st.write(
        _(
            "Each head turns the vectors of a sentence into three others with three learned "
            "matrices. In self-attention all three come from the same words; in cross-attention "
            "the queries come from the English, the keys and values from the French."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    kind, layer, head = pick_attention(translation.trace)
    pick_depth()
    matrices = load(st.session_state["model"]).projections(kind, layer)
    found = project(translation.trace, kind, layer, head, matrices)
    names = piece_names(translation, kind)
    _sources(kind, found, names)
    labels = {role: names[0] if role == "query" else names[1] for role in ROLES}
    setup = _SETUP.format(kind=kind, layer=layer, head=head)
    draw_steps(
        [(_stage(role, found[role], labels[role], setup), _layout(role, found)) for role in ROLES],
        _matrices(found),
        _axes(found, names),
    )
    _without(translation, kind, layer, head, found)


def _sources(kind: Kind, found: dict[str, Projection], names: tuple[tuple[str, ...], ...]) -> None:
    """From which sentence Q, K and V are made."""
    asking, answering = (
        Source(
            _("{sentence}: {count} vectors of {width} numbers").format(
                sentence=_(sentence),
                count=len(found[role].inputs),
                width=found[role].inputs.shape[1],
            ),
            pieces,
            (role,),
        )
        for sentence, role, pieces in zip(SOURCES[kind], ("query", "key"), names, strict=True)
    )
    if kind == "cross":
        sources = [asking, Source(answering.heading, answering.pieces, ("key", "value"))]
    else:
        sources = [Source(answering.heading, answering.pieces, ROLES)]
    role_sources(
        sources, {role: (LETTERS[role], _(TITLES[role])) for role in ROLES}, key="role_sources"
    )


def _shared(role: str, found: dict[str, Projection]) -> str:
    """The name of a role's X: one for all roles unless they are made of two sentences."""
    return "X" if found[role].inputs is found["query"].inputs else "memory"


def _matrices(found: dict[str, Projection]) -> dict[str, Matrix]:
    matrices = {}
    for role, part in found.items():
        letter = LETTERS[role]
        inputs, learned, computed = _headings(role, part)
        matrices[_shared(role, found)] = Matrix("X", part.inputs, inputs)
        matrices[f"W_{letter}"] = Matrix(f"W_{letter}", part.matrix, learned, "learned", role)
        matrices[letter] = Matrix(letter, part.computed, computed, "signed", role)
    return matrices


def _axes(
    found: dict[str, Projection], names: tuple[tuple[str, ...], tuple[str, ...]]
) -> dict[str, Axis]:
    """Rows are pieces; each role's own dimension is lit at rest where its number is largest."""
    axes = {"model": Axis(found["query"].inputs.shape[1], 0)}
    chosen = {}
    for choice, labels in zip(("query", "key"), names, strict=True):
        chosen[choice] = min(st.session_state[choice], len(labels)) - 1
        axes[choice] = Axis(len(labels), chosen[choice], labels, choice)
    for role, part in found.items():
        row = part.computed[chosen["query" if role == "query" else "key"]]
        axes[LETTERS[role]] = Axis(len(row), int(np.abs(row).argmax()))
    return axes


def _layout(role: str, found: dict[str, Projection]) -> Layout:
    letter, part = LETTERS[role], found[role]
    return Layout(
        "product",
        parts=(_shared(role, found), f"W_{letter}", letter),
        axes=("query" if role == "query" else "key", "model", letter),
        equation=f"X · W_{letter} = {letter}\n{sizes(*part.inputs.shape, part.matrix.shape[1])}",
    )


def _headings(role: str, part: Projection) -> tuple[str, str, str]:
    """The three kinds of things: what goes in, what was learned, what is computed."""
    letter, narrow = LETTERS[role], part.matrix.shape[1]
    count, width = part.inputs.shape
    return (
        _("input X: {count} x {width}").format(count=count, width=width),
        _("learned W_{letter}: {width} x {narrow}").format(
            letter=letter, width=width, narrow=narrow
        ),
        _("computed {letter}: {count} x {narrow}").format(
            letter=letter, count=count, narrow=narrow
        ),
    )


def _stage(role: str, part: Projection, labels: tuple[str, ...], setup: str) -> Stage:
    letter = LETTERS[role]
    count, width = part.inputs.shape
    narrow = part.matrix.shape[1]
    return Stage(
        title=_(TITLES[role]),
        picture=Picture.of(
            f"product-{role}",
            product_figure,
            {
                f"found[{role!r}].inputs": part.inputs,
                f"found[{role!r}].matrix": part.matrix,
                f"found[{role!r}].computed": part.computed,
                f"names[{int(role != 'query')}]": labels,
            },
            setup=setup,
            titles=_headings(role, part),
            scales=("signed", "learned", "signed"),
            dark=st.context.theme.type == "dark",
            said=_(
                "{count} vectors of {width} numbers (input), times a matrix of {width} x {narrow} "
                "that training found (learned), give {count} vectors of {narrow} numbers "
                "(computed)."
            ).format(count=count, width=width, narrow=narrow),
            table={_("dimension"): np.arange(1, narrow + 1)}
            | {label: row for label, row in zip(labels, part.computed, strict=True)},
        ),
        formula=rf"{letter} = X \, W_{letter}, \quad " + latex_sizes(count, width, narrow),
        source=MultiHeadAttention.keys_values if role != "query" else MultiHeadAttention.forward,
        check=part.check,
    )


def _without(
    translation: Translation, kind: Kind, layer: int, head: int, found: dict[str, Projection]
) -> None:
    """The head as it is, beside what would be left of it without W_Q and W_K."""
    heads = translation.trace.sublayer(kind, layer).heads
    own_LM = heads.weights_HLM[head]
    alike_LM = similarity_weights(found["query"].inputs, found["key"].inputs, heads.mask_HLM[head])
    st.subheader(_("Why three roles? The same without W_Q and W_K"))
    own = " ".join(
        [
            _(
                "Without W_Q and W_K a vector could only look for vectors like itself: "
                "x · x / √d_model."
            ),
            *_self_share(kind, alike_LM, own_LM),
            _("The largest weight of a query is {real} on average here, {alike} without.").format(
                real=f"{own_LM.max(axis=1).mean():.2f}", alike=f"{alike_LM.max(axis=1).mean():.2f}"
            ),
        ]
    )
    st.text(own)
    setup = _SETUP.format(kind=kind, layer=layer, head=head) + _WITHOUT
    names = piece_names(translation, kind)
    side_by_side = len(names[1]) <= MANY_KEYS
    for column, name, title, expression, weights_LM in zip(
        st.columns(2, gap="medium") if side_by_side else (st.container(), st.container()),
        ("as-it-is", "without-matrices"),
        (_("As it is"), _("Without W_Q and W_K")),
        (
            f"heads.weights_HLM[{head}]",
            f"similarity_weights(asking, answering, heads.mask_HLM[{head}])",
        ),
        (own_LM, alike_LM),
        strict=True,
    ):
        with column:
            st.text(title)
            show(_weights_picture(name, title, kind, {expression: weights_LM}, names, setup), False)


def _weights_picture(
    name: str,
    title: str,
    kind: Kind,
    weights: dict[str, np.ndarray],
    names: tuple[tuple[str, ...], tuple[str, ...]],
    setup: str,
) -> Picture:
    (weights_LM,) = weights.values()
    rows, columns = names
    return Picture.of(
        name,
        head_figure,
        weights | {"names[0]": rows, "names[1]": columns},
        setup=setup,
        row_title=_(ROWS[kind]),
        column_title=_(COLUMNS[kind]),
        dark=st.context.theme.type == "dark",
        said=f"{title}: {_(NAMES[kind])}",
        table={_("query"): rows} | dict(zip(columns, weights_LM.T, strict=True)),
    )


def _self_share(kind: Kind, alike_LM: np.ndarray, weights_LM: np.ndarray) -> list[str]:
    """How much of its attention each word gives to itself; only where it can see itself."""
    if kind == "cross":
        return []
    said = _(
        "On average each word would give itself {alike} percent of its attention; in this head it "
        "gives itself {real}."
    ).format(
        alike=round(100 * float(np.diagonal(alike_LM).mean())),
        real=round(100 * float(np.diagonal(weights_LM).mean())),
    )
    return [said]


main()
