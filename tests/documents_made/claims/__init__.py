"""Answers' sentences whose truth is known: from public questions, from tables of facts, and written by hand."""
