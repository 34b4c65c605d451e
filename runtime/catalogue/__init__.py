"""Curated models as data; what they need, how fast they would be, and which one suits a computer. Pure functions."""
