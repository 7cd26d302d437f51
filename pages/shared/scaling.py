"""What the pickers of the sqrt(d_k) laboratory offer and a link may carry."""

from pages import N_
from transformer.analysis import scaling

FACTORS = ("0.25", "0.5", "0.75", "1", "1.5", "2", "3", "4", "none")  # times 1/sqrt(d_k)
SCOPES = {
    "model": N_("all attentions"),
    "kind": N_("this attention"),
    "layer": N_("this layer"),
    "head": N_("this head"),
}


def name_factor(factor: str) -> str:
    """The same in every language; "none" leaves the division out."""
    return "1" if factor == "none" else f"{factor}/√d_k"


WIDTHS = tuple(str(width) for width in scaling.WIDTHS)
DRAWS = ("1000", "2000", "5000", "10000", "20000", "50000", "100000")
KEYS = ("3", "5", "10", "20", "50")
LAW_NAMES = {
    "normal": N_("a bell curve"),
    "uniform": N_("−√3 to √3, evenly"),
    "coin": N_("−1 or 1, a coin"),
}
LARGEST_SEED = 9999
TYPICAL_SEED = 254  # what it draws first is like what most seeds draw: no variance far off
