"""The search: the tree of all beginnings that the beam weighed, and other ways to write."""

import streamlit as st

from pages.shared.beam import BEAMS, PENALTIES, STATES
from pages.shared.changes import current_edits
from pages.shared.components import beam_tree
from pages.shared.guard import guarded
from pages.shared.language import _
from pages.shared.live import live
from pages.shared.picture import Picture, take
from pages.writing.beginning import draw_beginning
from pages.writing.searched import searched
from pages.writing.ways import draw_ways
from transformer import Translation
from transformer.analysis.search_tree import SearchTree, ranks_held
from transformer.analysis.tree import rows_of
from transformer.edit_codes import write_edits
from transformer.figures.search_tree import tree_figure

SETUP = """\
from transformer.analysis.search_tree import search_tree
from transformer.analysis.tree import rows_of
tree = search_tree(translator, translation.source, {beam}, {penalty}{edits})
"""


def main() -> None:
    st.header(_("The search"))
    st.write(
        _(
            "At every step the model gives each piece of its vocabulary a probability. Beam "
            "search goes on with the few likeliest beginnings, as many as the beam is wide, and "
            "drops all others. From left to right: step after step; the higher, the likelier."
        )
    )
    live(_draw)


def _draw(translation: Translation) -> None:
    _pick()
    edits = write_edits(current_edits())
    beam, penalty = int(st.session_state["beam"]), float(st.session_state["penalty"])
    tree = searched(beam, penalty)
    rows = rows_of(tree.nodes, st.session_state["dropped"])
    picked = _picked(tree, rows)
    setup = SETUP.format(
        beam=beam, penalty=penalty, edits=f", edits=read_edits({edits!r})" if edits else ""
    )
    said = _happened(tree)
    st.text(said)
    _tree(tree, rows, picked)
    take(_picture(tree, rows, picked, setup, said), with_chart=True)
    st.subheader(_("The picked beginning"))
    _pick_node(tree, rows)
    with guarded():  # of a recurrent model without attention, the rest can be shown
        draw_beginning(translation, tree, picked, setup)
    st.subheader(_("Greedy, beam, sampling"))
    draw_ways(translation)


def _pick() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, codes, key in (
            (_("Beam size"), BEAMS, "beam"),
            (_("Length penalty"), PENALTIES, "penalty"),
        ):
            st.select_slider(
                label,
                codes,
                key=key,
                persist_state="session",
                width=300,
                on_change=_choose,
                args=(0,),
            )
        st.toggle(_("Show what was dropped"), key="dropped", persist_state="session")


def _choose(node: int) -> None:
    """A node, from 1, in the order of the tree; 0 is the final one."""
    st.session_state["node"] = node


def _picked(tree: SearchTree, rows: dict[int, int]) -> int:
    """The place of the picked node; the final one if the tree has another shape now."""
    node = st.session_state["node"]
    _choose(node if node - 1 in rows and node - 1 != tree.best else 0)
    return st.session_state["node"] - 1 if st.session_state["node"] else tree.best


def _pick_node(tree: SearchTree, rows: dict[int, int]) -> None:
    """The same choice as a click on the tree."""

    def name(node: int) -> str:
        shown = tree.nodes[node - 1 if node else tree.best]
        return f"{shown.step + 1}.{shown.rank + 1}  {shown.text}"

    places = [0, *(place + 1 for place in rows if place != tree.best)]
    st.selectbox(
        _("Step, rank and text"),
        places,
        format_func=name,
        key="node",
        persist_state="session",
        width=520,
    )


def _tree(tree: SearchTree, rows: dict[int, int], picked: int) -> None:
    labels = {
        "tree": _("Tree of the beam search: {steps} steps").format(steps=tree.steps),
        "step": _("Step {number}"),
        "sentence": _(
            "“{text}”: step {step}, rank {rank}, log-probability {total}, score {score}, {state}."
        ),
    }
    beam_tree(
        tree.nodes,
        rows,
        tree.path(tree.best),
        picked,
        labels=labels | {state: _(name) for state, name in STATES.items()},
        key="beam_tree",
        on_pick=lambda place: _choose(0 if place == tree.best else place + 1),
    )
    st.caption(
        _(
            "In each box: the piece and the log-probability of the whole beginning. A double "
            "frame: finished with </s>. Blue: the final text. Once as many are finished as the "
            "beam is wide, the search stops; what is still open then is shown with what was "
            "dropped. A click or Enter picks a box, arrow keys walk through the tree."
        )
    )


def _picture(tree: SearchTree, rows: dict[int, int], picked: int, setup: str, said: str) -> Picture:
    """The same tree for those who want its numbers, a file or the code."""
    dropped = st.session_state["dropped"]
    return Picture.of(
        "search-tree",
        tree_figure,
        {
            "tree.nodes": tree.nodes,
            f"rows_of(tree.nodes, {dropped})": rows,
            "tree.best": tree.best,
            str(picked): picked,
        },
        setup=setup,
        names=tuple(_(STATES[state]) for state in ("dropped", "kept", "finished", "final")),
        title=_("What the beam search weighed"),
        axis=_("step"),
        dark=st.context.theme.type == "dark",
        said=said,
        table={
            _("step"): [node.step + 1 for node in tree.nodes],
            _("rank"): [node.rank + 1 for node in tree.nodes],
            _("beginning"): [node.text for node in tree.nodes],
            _("log-probability"): [node.log_probability for node in tree.nodes],
            _("score"): [node.score for node in tree.nodes],
            _("state"): [_(STATES[node.state]) for node in tree.nodes],
        },
    )


def _happened(tree: SearchTree) -> str:
    """How the final text came to win."""
    said = _(
        "The beam of {beam} weighed {weighed} beginnings in {steps} steps and finished {finished}. "
        "The best score is {score}: “{text}”"
    ).format(
        beam=tree.beam_size,
        weighed=len(tree.nodes),
        steps=tree.steps,
        finished=len(tree.of_state("finished")),
        score=f"{tree.hypotheses[0].score:.3f}",
        text=tree.nodes[tree.best].text,
    )
    ranks = ranks_held(tree)
    lowest = max(ranks)
    if lowest == 1:
        return said + " " + _("Its beginning was the likeliest at every step.")
    return (
        said
        + " "
        + _("At step {step} its beginning was only at rank {rank}.").format(
            step=ranks.index(lowest) + 1, rank=lowest
        )
    )


main()
