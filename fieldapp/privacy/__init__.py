"""The personal-data gate: what a text may hold before it is stored, and who may see what afterwards."""

from fieldapp.privacy.characters import clean_text
from fieldapp.privacy.gate import KINDS, Finding, Verdict, as_wire, check, mark, require_clean, strip

__all__ = ["KINDS", "Finding", "Verdict", "as_wire", "check", "clean_text", "mark", "require_clean", "strip"]
