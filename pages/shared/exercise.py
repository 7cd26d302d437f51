"""What the exercises offer and a link may carry."""

from pages import N_

TASK_NAMES = {
    "copy": N_("copy"),
    "reverse": N_("write backwards"),
    "sort": N_("sort by the alphabet"),
}
HEADS = ("1", "2", "4", "8")
WIDTHS = ("4", "8", "16", "32")  # d_k
