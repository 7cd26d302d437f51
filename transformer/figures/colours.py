"""One meaning a colour: query blue, key orange, value green, weights violet, learned grey.

Every colour comes for the light and the dark page; as text each has at least 4.5 to 1 on it.
"""

GREY = "#777584"
# Weights from 0, the page's own background, to 1.
WEIGHTS_LIGHT = ["#ffffff", "#ece5fb", "#cdbcf3", "#a98be8", "#8057d4", "#5a30b0", "#33176b"]
WEIGHTS_DARK = ["#121118", "#271f3d", "#423070", "#6445a8", "#8a65dc", "#b290f5", "#e2d5ff"]
# Which head, and nothing else: only lines and the head's own number have these, words never. Apart
# also for those who see no red, green or blue (simulated as Machado et al. 2009 do), and at least
# 3 to 1 on the page. With more than eight heads they come again.
HEADS_LIGHT = "#1e12e6 #f66306 #2f8170 #c356c1 #388bff #323c02 #33004b #8f0852".split()
HEADS_DARK = "#575ae9 #ff5814 #05a66b #ff80ba #5abdff #f9dc3c #effde8 #b3129e".split()

Scale = list[tuple[float, str]]  # Plotly's: places from 0 to 1 and their colours


def ink(dark: bool) -> str:
    """The colour of text."""
    return "#f3f1f8" if dark else "#1d1b26"


def paper(dark: bool) -> str:
    """The page's own background."""
    return (WEIGHTS_DARK if dark else WEIGHTS_LIGHT)[0]


def query(dark: bool) -> str:
    return "#6fb1ff" if dark else "#1a5fc4"


def key(dark: bool) -> str:
    return "#ffa552" if dark else "#b34a00"


def value(dark: bool) -> str:
    return "#5fd39a" if dark else "#18733f"


def weight(dark: bool) -> str:
    return WEIGHTS_DARK[5] if dark else "#6a3cc4"


def pale_weight(dark: bool) -> str:
    """For what stands beside the one that is meant."""
    return "#7f5bd0" if dark else WEIGHTS_LIGHT[3]


def learned(dark: bool) -> str:
    return "#aaa7b8" if dark else GREY


def signed(dark: bool) -> tuple[str, str]:
    """Orange below zero, teal above."""
    return ("#e8622c", "#1f9e93") if dark else ("#c2410c", "#0f766e")


def heads(dark: bool) -> list[str]:
    """The eight colours that tell heads apart."""
    return HEADS_DARK if dark else HEADS_LIGHT


def weights_scale(dark: bool) -> Scale:
    """For numbers from 0 to 1."""
    colours = WEIGHTS_DARK if dark else WEIGHTS_LIGHT
    return [(i / (len(colours) - 1), colour) for i, colour in enumerate(colours)]


def signed_scale(dark: bool) -> Scale:
    """For numbers around zero, which has the page's own colour."""
    below, above = signed(dark)
    return [(0, below), (0.5, paper(dark)), (1, above)]


def learned_scale(dark: bool) -> Scale:
    """For learned numbers around zero: grey throughout, the page's own colour at the top."""
    return [(0, ink(dark)), (0.5, GREY), (1, paper(dark))]
