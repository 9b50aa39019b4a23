"""The parts of «Tryghedsvandringer»: list, plan, invitation, live list, closing meeting, answers."""
