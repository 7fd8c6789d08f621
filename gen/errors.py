"""Errors that a user of the generator or the author of a kernel can cause and must be able to act
on.
"""

from __future__ import annotations


class GenError(Exception):
    """Base of all errors of the generator; `str()` is one sentence for the user."""


class ConfigError(GenError):
    """A row of a CSV file is wrong. Rendered as file:line:column: reason."""

    def __init__(self, path: str, line: int, column: int, reason: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {reason}")
        self.path = path
        self.line = line
        self.column = column
        self.reason = reason


class OperandError(GenError):
    """An instruction was built with operands that the instruction table does not allow."""


class PlanError(GenError):
    """A slot plan names an unknown stream, leaves instructions over, or breaks a dependency."""


class AllocationError(GenError):
    """The named registers live at one point do not fit in the register file."""


class WaitError(GenError):
    """The program cannot be given correct waits (for example: it falls off its end)."""


class HazardError(GenError):
    """A hazard table names a predicate or number that the hazard pass does not know."""
