"""What the pickers of the search offer, and a link may carry."""

from pages import N_

BEAMS = ("1", "2", "3", "4", "5", "6", "7", "8")
PENALTIES = ("0", "0.2", "0.4", "0.6", "0.8", "1", "1.2", "1.4", "1.6", "1.8", "2")
TEMPERATURES = ("0.1", "0.2", "0.4", "0.6", "0.8", "1", "1.2", "1.5", "2")
LARGEST_NODE = 9999  # a beam of 8 weighs 16 beginnings at each of 256 steps
STATES = {
    "kept": N_("kept"),
    "dropped": N_("dropped"),
    "finished": N_("finished"),
    "final": N_("the final one"),
}
