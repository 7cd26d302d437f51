"""Pure functions from parts of a trace to Plotly figures."""
