"""Fieldapp: places, times and behaviour on a district map — never persons."""

__version__ = "0.1.0"
