"""The settings page. A view only."""
