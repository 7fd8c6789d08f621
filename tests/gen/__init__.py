"""Tests of the generator: run `python3 -m unittest discover -s tests/gen -t .` at the top."""
