"""Reminders as the form shows them: their words, and the rules, for pages that draw it themselves.

The rules about a note's words come beside the form's description: they are half as long again as all of it, and the
same for everybody.
"""

from __future__ import annotations

from typing import Any

from fieldapp.model.duties import GROUPS, RULES, Rule
from fieldapp.texts import Translator


def duty_words(_: Translator) -> dict[str, str]:
    """Every sentence of the three reminders."""
    return {
        "now": _("Sker det lige nu? Så ring først: 112 ved fare, 114 til politiet. Du kan stadig gemme her."),
        "call_112": _("Ring 112"),
        "call_114": _("Ring 114"),
        "police_title": _("Er det en sag for politiet?"),
        "police": _("Appen sender ikke noget til politiet. Ring 114. Du kan stadig gemme her."),
        "child_title": _("Er du bekymret for et bestemt barn?"),
        "child": _("Det hører ikke til her. Lav en underretning."),
        "child_duty": _(
            "Er du ansat i kommunen, har du selv pligt til det (barnets lov § 133). "
            "En observation er ikke en underretning."
        ),
        "report": _("Lav en underretning"),
        "find_report": _("Find «underretning» på borger.dk"),
        "child_urgent": _("Haster det? Ring 114, og spørg efter den sociale vagt"),
    }


def duties_form(_: Translator, *, report_url: str) -> dict[str, Any]:
    """JSON-ready: where an «underretning» is made (may be empty), the words, and the rules without words of a note."""
    return {
        "report_url": report_url,
        "texts": duty_words(_),
        "rules": [_rule(rule) for rule in RULES if not rule.said],
    }


def note_rules() -> dict[str, Any]:
    """JSON-ready: the rules about the words of a note and their groups of words, in the notation of `model.duties`."""
    rules = [_rule(rule) | {"said": rule.said, "unless": rule.unless} for rule in RULES if rule.said]
    return {"rules": rules, "groups": GROUPS}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "duty": str(rule.duty),
        "urgent": rule.urgent,
        "categories": sorted(rule.categories),
        "severity": rule.severity,
        "age_band": sorted(rule.ages),
        "group_size": sorted(rule.sizes),
    }
