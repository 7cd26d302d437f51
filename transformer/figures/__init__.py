"""Pure functions from parts of a trace to Plotly figures."""

from plotly.graph_objects import Figure

__all__ = ["Figure"]
