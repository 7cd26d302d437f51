"""Any choice of any page survives its own address: opened elsewhere, all is as it was."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pages import VIEWS
from pages.shared.edit_words import KINDS_OF_EDIT, REACHES
from pages.shared.head_questions import ASKS, SPANS
from pages.shared.language import LANGUAGES
from pages.shared.limits import LIMITS
from pages.shared.link import CHOICES
from pages.shared.memory import GAINS, RECURRENT
from pages.shared.overview import LEVELS, STEPS
from pages.shared.scaling import FACTORS, SCOPES
from pages.shared.side import AGAINST
from pages.shared.speed import BATCH_NAMES, CLOCKS, TIMED_NAMES
from pages.shared.stage import DEPTHS
from pages.shared.versus import VERSUS
from transformer import KINDS
from transformer.analysis.confidence import WAYS
from transformer.analysis.contributions import MEASURES
from transformer.analysis.scaling import LAWS
from transformer.analysis.stack import PARTS, SIDES

LONG = "Le four chauffe. Sors le gratin ! Où sont les assiettes ?"
SENTENCES = (LONG, "Où es-tu ?", "100 % a&b=c #d +1", "<b>x</b> *y* $z$", "你好 😀", "«  l'été  »")
NUMBERS = ("0", "1", "2", "3", "4", "5", "8", "16", "100", "1000", "10000", "1e5", "-1", "x", "")
WORDS = (*KINDS, *DEPTHS, *FACTORS, *SCOPES, *LAWS, *LANGUAGES, "small", "words", "pieces")
WORDS += (*SIDES, *PARTS, *AGAINST)
WORDS += (*ASKS, *SPANS)
WORDS += ("all", "near")
WORDS += ("copy", "reverse", "sort", "32")
WORDS += (*LEVELS, *STEPS)
WORDS += MEASURES
WORDS += (*GAINS, *RECURRENT)
WORDS += (*VERSUS, "transformer-5m")
WORDS += (*KINDS_OF_EDIT, *REACHES)
WORDS += (*CLOCKS, *TIMED_NAMES, *BATCH_NAMES)
WORDS += ("cq2", "cq2-ek3-dk250", "0.0.ff_1", "ff_ff.fe")
WORDS += (*LIMITS, *WAYS)
# The page brings them back: into the sentence, to what its side has, to words that it shares.
POSITIONS = {"layer", "head", "query", "key", "piece", "part", "against", "word"}
POSITIONS |= {"tensor", "down", "across"}
POSITIONS |= {"reader"}
POSITIONS |= {"second_layer", "second_head"}
POSITIONS |= {"layers"}
POSITIONS |= {"snapshot"}
POSITIONS |= {"node", "t"}
POSITIONS |= {"reach"}
POSITIONS |= {"sentence"}
POSITIONS |= {"corpus"}


def reads(name, code):
    """Whether a link may carry that code for the choice of that name."""
    try:
        CHOICES[name].read(code)
    except ValueError:
        return False
    return True


CODES = {
    name: SENTENCES
    if reads(name, SENTENCES[0])
    else [code for code in (*NUMBERS, *WORDS) if reads(name, code)]
    for name in CHOICES
}

CODES["edits"] = ["off.cross.3.2", "hide.1_scale.all.all.all.0.2", "off.cross.99.1", "no edit"]


def test_the_codes_below_try_every_choice() -> None:
    assert [name for name, codes in CODES.items() if len(codes) < 2 and name != "model"] == []


links = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([*codes, "no such"]) for name, codes in CODES.items()}
)


@pytest.mark.parametrize("path", [view.path for view in VIEWS])
def test_every_link_opens_again_on_the_same_view(visit, path) -> None:
    @settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(link=links)
    def opens_again(link):
        visitor = visit(path, link)
        again = visit(path, visitor.query)
        state = {name: visitor.app.session_state[name] for name in CHOICES}
        assert not visitor.app.error and not visitor.app.exception
        assert again.query == visitor.query
        assert {name: again.app.session_state[name] for name in CHOICES} == state
        for name, code in link.items():
            if name not in POSITIONS and reads(name, code):
                assert state[name] == CHOICES[name].read(code), name

    opens_again()
