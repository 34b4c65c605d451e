"""Tests of Hearth, mirroring the two packages; real parts wherever time allows."""
