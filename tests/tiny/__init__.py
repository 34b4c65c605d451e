"""A real, tiny model for the tests, built and trained here in under a minute: fixed questions have known answers."""
