"""Makers of real files of every kind that people keep: sound ones, damaged ones, and ones made to harm."""
