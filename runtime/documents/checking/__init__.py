"""Whether the sentences of an answer stand in the passages it was given, and where."""
