"""A real, tiny model for the tests: built and trained here in under a minute, so that fixed questions have known answers."""
