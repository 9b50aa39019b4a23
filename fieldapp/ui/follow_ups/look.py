"""What only «Opfølgning» looks like, and a task's state as shape, word and colour."""

from __future__ import annotations

from fieldapp import charts
from fieldapp.model.follow_ups import SHAPES, FollowUp
from fieldapp.usecases.follow_ups_words import state_text

STYLE = (
    charts.STYLE
    + """
.fa .fa-state {display: inline-flex; align-items: center; gap: .5rem; min-height: 2rem; padding: .125rem .75rem;
  border-radius: .5rem; border: 2px solid currentColor; font-weight: 650; font-size: 1rem; background: #e8eef2;
  color: #10202a; margin: 0 .5rem .5rem 0}
.fa .fa-state.fa-reported {background: #ffe3b3; color: #5c3300}
.fa .fa-state.fa-seen {background: #e2f2e7; color: #14532d}
.fa .fa-state.fa-late {background: #fde2e1; color: #8a1414}
.fa dl {margin: 0 0 .5rem !important; padding: 0 !important} .fa dt {font-weight: 650}
.fa dd {margin: 0 0 .5rem !important; overflow-wrap: anywhere; white-space: pre-line}
.fa .fa-photos {display: flex; flex-wrap: wrap; gap: .5rem} .fa .fa-photos img {display: block; width: 8rem;
  height: auto; border-radius: .4rem}
[class*="st-key-row-fu-reported-"] button {border-left: 8px solid #b45f00 !important}
[class*="st-key-row-fu-late-"] button {border-left: 8px solid #a11212 !important}
[class*="st-key-fu-steps-"] button {min-height: 48px !important; width: 100%}
[class*="st-key-fu-opened-"] {border-left: 3px solid var(--fa-line); padding-left: .75rem}
.fa .fa-report {list-style: none; margin: 0 !important; padding: 0 0 0 .75rem !important;
  border-left: 4px solid #b45f00}
.fa .fa-report li {margin: 0 !important}
[class*="st-key-fu-waiting-"] img {border-radius: .4rem; max-width: 100%; height: auto}
.st-key-fu-own {flex-wrap: nowrap !important} .st-key-fu-own > div:first-child {flex: 1 1 0 !important; min-width: 0}
@media (max-width: 640px) {.st-key-filters > div:first-child {flex: 1.5 1 0 !important}}
.st-key-fu-bulk label, [class*="st-key-fu-choose-"] label {min-height: 44px; align-items: center !important}
.st-key-fu-bulk-bar button {min-height: 56px !important}
:is(.st-key-fu-own, .st-key-fu-top, .st-key-fu-bulk, .st-key-fu-new) button {min-height: 48px !important}
"""
)


def state_tag(follow_up: FollowUp, language: str) -> str:
    """«◆ Meldt udført» in its colour; the shape is drawn, the word is read."""
    word = charts.text(state_text(follow_up, language))
    return (
        f'<span class="fa-state fa-{follow_up.state}"><span aria-hidden="true">{SHAPES[follow_up.state]}</span>'
        f"{word}</span>"
    )
