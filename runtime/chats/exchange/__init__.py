"""Copies of conversations in files: written for people or for another Hearth, and taken back."""
