"""Benchmarks: programs that print figures as ratios against a baseline of the same run. No test depends on them."""
