"""The models page. A view only."""
