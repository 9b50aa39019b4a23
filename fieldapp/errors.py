"""Problem: an expected failure on its way to an edge; `failures` lists them all."""

from __future__ import annotations

from typing import Any

from fieldapp.failures import FAILURES
from fieldapp.texts import said, translator


class Problem(Exception):
    """An expected failure on its way to an edge (page, API, CLI), which alone catches it.

    `code` is a key of FAILURES; `field` names the field at fault; `details` fill the texts and
    must never hold what the user typed. `why` is a message id, or a `Later` where values belong in it.
    """

    def __init__(self, code: str, *, field: str | None = None, **details: Any) -> None:
        self.failure = FAILURES[code]
        self.field = field
        self.details = details
        super().__init__(self.text())

    @property
    def code(self) -> str:
        return self.failure.code

    @property
    def status(self) -> int:
        return self.failure.status

    def text(self, language: str = "da") -> str:
        """The sentence for the user: what is wrong and what to do."""
        template = self.failure.en if language == "en" else self.failure.da
        say = translator(language)
        values = {name: said(value, language) for name, value in self.details.items()}
        values.setdefault("field", say(self.field or ""))
        if isinstance(why := values.get("why"), str):
            values["why"] = say(why)
        return template.format(**values)

    def to_wire(self, language: str = "da") -> dict[str, Any]:
        """RFC 9457 problem details, with our `code`, `field` and `reason`; of a refused text kinds and places."""
        return {
            "type": f"urn:fieldapp:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "code": self.code,
            "field": self.field,
            "reason": self.text(language),
            **{name: self.details[name] for name in ("findings",) if name in self.details},
        }
