"""Where a question is written, and the files that go with it."""
