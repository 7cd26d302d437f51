"""The factors and scopes of an edit of the scores: what the pickers offer and a link may carry."""

from pages import N_

FACTORS = ("0.25", "0.5", "0.75", "1", "1.5", "2", "3", "4", "none")  # times 1/sqrt(d_k)
SCOPES = {
    "model": N_("all attentions"),
    "kind": N_("this attention"),
    "layer": N_("this layer"),
    "head": N_("this head"),
}
