"""Markdown of models, which are strangers, into a QTextDocument: no HTML, no pictures, nothing loaded from anywhere."""
