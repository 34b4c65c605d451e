"""Presenters join one view and its controllers: facts become sentences here, clicks become requests."""
