"""The part that answers: a backend on one thread of a child process, and the host that owns the child."""
