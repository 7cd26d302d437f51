"""What made this word, as a visitor sees it; and the logit lens on English of one's own."""

import pytest

from transformer.analysis.contributions import contributions
from transformer.analysis.lens import lens
from transformer.edits import SwitchOff


@pytest.mark.parametrize("measure", ["logit", "lead"])
def test_the_strongest_cross_head_is_one_click_away(visit, shipped, measure) -> None:
    visitor = visit("contributions", {"piece": "3", "measure": measure})
    found = contributions(shipped, shipped.translate(visitor.box), 2, measure)
    layer, head = divmod(int(found.cross_NH.argmax()), found.cross_NH.shape[1])
    shown = [line.value for line in visitor.app.markdown if "recomputed" in line.value]
    assert len(shown) == 1 and f"{found.check.recomputed:.6f}" in shown[0]
    (button,) = (b for b in visitor.app.button if b.label.startswith("See where it looks"))
    button.click().run()
    state = visitor.app.session_state
    assert (state["kind"], state["layer"], state["head"]) == ("cross", layer + 1, head + 1)
    assert state["query"] == 3


def test_both_pages_follow_edits_and_english_of_ones_own(visit, shipped) -> None:
    query = {"english": "A dark cat is asleep.", "edits": "off.cross.4.all", "piece": "2"}
    lines = {
        path: [line.value for line in visit(path, query).app.text]
        for path in ("lens", "contributions")
    }
    translation = shipped.translate(
        "Le chat noir dort sur le canapé.",
        target=query["english"],
        edits=(SwitchOff("cross", 3),),
    )
    found = contributions(shipped, translation, 1)
    assert not found.cross_NH[3].any()
    assert any(f"is {found.check.model:.2f}." in line for line in lines["contributions"])
    last = lens(shipped, translation).written_LN[1, -1]
    assert any(f"{last:.4f}" in line for line in lines["lens"])
