"""The parts of «Hotspots», two of which stand on other screens too: what was promised and done, and the alerts."""

from fieldapp.ui.levels.alerts import alerts_part
from fieldapp.ui.levels.board import board_part
from fieldapp.ui.levels.drawing import STYLE
from fieldapp.ui.levels.promises import promises
from fieldapp.ui.levels.rules import rules_part, scan_part

__all__ = ["STYLE", "alerts_part", "board_part", "promises", "rules_part", "scan_part"]
