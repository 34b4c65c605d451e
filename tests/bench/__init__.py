"""Benchmarks: programs that print figures as ratios against a baseline of the same run. The suite never fails on them."""
