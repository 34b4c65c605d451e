"""One suite for every engine: the child process and the in-process twin must be indistinguishable."""
