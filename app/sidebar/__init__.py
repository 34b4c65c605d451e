"""The left side of the window: begin, find, and the list of conversations."""
