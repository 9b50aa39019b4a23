"""The personal-data gate: what a text may hold before it is stored, and who may see what afterwards."""

from fieldapp.privacy.characters import clean_text
from fieldapp.privacy.gate import KINDS, Finding, Verdict, as_wire, check, mark, require_clean, strip
from fieldapp.privacy.releasing import release

__all__ = ["KINDS", "Finding", "Verdict", "as_wire", "check", "clean_text", "mark", "release", "require_clean", "strip"]
