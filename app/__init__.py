"""The window of Hearth: a thin Qt face on :mod:`runtime`."""
