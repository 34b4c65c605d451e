"""The conversation's views."""
