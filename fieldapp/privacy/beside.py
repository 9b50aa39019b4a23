"""What stands beside a word and tells whether it is somebody's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fieldapp.privacy.table import Table
from fieldapp.privacy.words import Known, Word


class Beside:
    """The words of one note and the questions asked about the neighbours of each; `place` is a word's number."""

    def __init__(self, words: Sequence[Word], small: str, table: Table) -> None:
        self.words = words
        self.small = small
        self.cues = table.cues
        self.patterns = table.patterns
        self.settled = frozenset(_in_phrases(words, table)) | {p for p in range(len(words)) if self.is_month(p)}

    def is_in(self, cue: str, key: str) -> bool:
        """Is the folded word one of that cue's?"""
        return key in self.cues[cue]

    def is_thing(self, place: int, until: int) -> bool:
        """Are the words `place`–`until` part of the name of a road, a shop, a ship or a storm?"""
        if until - place == 1 and self._before(place) in self.cues["bearer"]:
            return True
        if until >= len(self.words) or self.words[until].gap not in (" ", "-"):
            return False
        after, last = self.words[until], self.words[until - 1]
        if after.key in self.cues["street"] or (after.capital and after.key in self.cues["road"]):
            return True
        if self._is_street(until + 1) and (after.owns or after.key.endswith("s") or len(after.key) < 3):
            return True
        return until - place == 1 and not last.owns and after.key in self.cues["business"]

    def _is_street(self, place: int) -> bool:
        if place >= len(self.words) or self.words[place].gap != " ":
            return False
        return self.words[place].key in self.cues["street"]

    def is_month(self, place: int) -> bool:
        """«jan» beside a number or another month."""
        word = self.words[place]
        if word.key != "jan":
            return False
        before, after = self.small[max(0, word.start - 5) : word.start], self.small[word.end : word.end + 12]
        return bool(self.patterns["month_before"].search(before) or self.patterns["month_after"].search(after))

    def is_initial(self, place: int) -> bool:
        """A single letter with a full stop: «mathias k. jensen»."""
        end = self.words[place].end
        return self.small[end : end + 1] == "."

    def like_last_name(self, place: int) -> bool:
        """Does it end as last names do?"""
        key = self.words[place].key
        return len(key) > 5 and any(key.endswith(ending) for ending in self.cues["surnamelike"])

    def is_last_name(self, place: int) -> bool:
        """Does a word of no list end as nothing but a last name does?"""
        word = self.words[place]
        bare = word.key.removesuffix("s")
        if word.known is not Known.NEW or word.slip or len(bare) < 7:
            return False
        ends = {cue: any(bare.endswith(ending) for ending in self.cues[cue]) for cue in ("lastonly", "notlast")}
        return ends["lastonly"] and not ends["notlast"]

    def may_be_name(self, place: int) -> bool:
        """Could a word of Danish be a last name here? Not one that names streets and shops, nor a short one."""
        key = self.words[place].key
        return len(key) > 3 and not any(key in self.cues[cue] for cue in ("street", "road", "business"))

    def begins_loosely(self, place: int) -> bool:
        """May its capital come from a new thought, as after a comma?"""
        word = self.words[place]
        return word.begins or bool(self.patterns["loose"].search(word.gap))

    def is_called(self, place: int) -> bool:
        """After «hedder», «kaldet», «hr.», «familien» …"""
        before = self._before(place)
        if before in self.cues["fillers"] and place > 1:
            return self._before(place - 1) in self.cues["calls"]
        if before in self.cues["family"]:
            return self.words[place].known is not Known.WORD
        return before in self.cues["calls"]

    def hints(self, place: int) -> bool:
        """After «ham», «pigen», before an age or what one owns, in a list with a name of the lists."""
        return self._before(place) in self.cues["role"] or self.hints_strongly(place) or self._in_list_with_name(place)

    def hints_strongly(self, place: int) -> bool:
        """Before an age, or in the genitive before kin or a thing one owns."""
        word = self.words[place]
        owner = word.owns or (word.known is Known.NEW and word.key.endswith("s"))
        owns = owner and self._after(place) in self.cues["kin"]
        return owns or bool(self.patterns["age"].search(self.small[word.end : word.end + 30]))

    def is_spoken_of(self, place: int) -> bool:
        """After «med», «spurgte» …, or before what people do."""
        before = self._before(place)
        return before in self.cues["to"] or before in self.cues["asks"] or self.follows(place, "does")

    def follows(self, place: int, cue: str) -> bool:
        """Is the next word one of that cue's?"""
        return self._after(place) in self.cues[cue]

    def _before(self, place: int) -> str:
        if place == 0 or not self.patterns["close"].search(self.words[place].gap):
            return ""
        return self.words[place - 1].key

    def _after(self, place: int) -> str:
        if place + 1 >= len(self.words) or self.words[place + 1].gap != " ":
            return ""
        return self.words[place + 1].key

    def _in_list_with_name(self, place: int) -> bool:
        for step in (1, -1):
            other = place + step
            if 0 <= other < len(self.words) and self.words[other].key in self.cues["and"]:
                other += step
            if 0 <= other < len(self.words) and self._is_listed(other) and self._in_one_list(place, other):
                return True
        return False

    def _is_listed(self, place: int) -> bool:
        return place not in self.settled and self.words[place].known in (Known.FIRST, Known.LAST)

    def _in_one_list(self, one: int, other: int) -> bool:
        low, high = min(one, other), max(one, other)
        gaps = [self.words[i].gap for i in range(low + 1, high + 1)]
        if not all(self.patterns["list"].search(gap) for gap in gaps):
            return False
        return high - low == 2 or not all(self.patterns["plain_list"].search(gap) for gap in gaps)


def _in_phrases(words: Sequence[Word], table: Table) -> Iterator[int]:
    for place, word in enumerate(words):
        for phrase in table.phrases.get(word.key, ()):
            if tuple(each.key for each in words[place : place + len(phrase)]) == phrase:
                yield from range(place, place + len(phrase))
