"""Kernel families: each puts stages together into a program."""
