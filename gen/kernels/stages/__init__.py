"""Stages that kernel families share: each writes one part of a program into a builder."""
