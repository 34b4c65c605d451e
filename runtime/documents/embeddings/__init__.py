"""Meaning as numbers: an embedding model, its encoders, and the child process that runs them beside a person's work."""
