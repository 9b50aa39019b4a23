"""Names of persons in a note: by the lists, by letters, by capitals and by the words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldapp.privacy.beside import Beside
from fieldapp.privacy.characters import Searched
from fieldapp.privacy.table import Table
from fieldapp.privacy.words import Known, Word, words_of

_SURE = frozenset((Known.FIRST, Known.LAST))


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the searched text; `full` where a first and a last name stand together."""

    start: int
    end: int
    full: bool


def find_names(searched: Searched, table: Table) -> Iterator[Name]:
    """Full names, and single first or last names."""
    words = words_of(searched, table)
    note = _Note(words, Beside(words, searched.small, table), table)
    place = 0
    while place < len(words):
        until = note.run(place)
        if until > place and not note.beside.is_thing(place, until):
            yield note.named(place, until)
        place = max(until, place + 1)


class _Note:
    """The words of one note, and which of them are names."""

    def __init__(self, words: Sequence[Word], beside: Beside, table: Table) -> None:
        self.words = words
        self.least = table.least
        self.beside = beside

    def run(self, place: int) -> int:
        """Where the name that begins at word `place` ends (word number, exclusive); `place` where none begins."""
        if not self._leads(place):
            return place
        until = place + 1
        while until < len(self.words) and self._joins(until):
            until += 1
        while until > place + 1 and self._is_link(until - 1):
            until -= 1
        members = self._members(place, until)
        certain = any(self._is_noble(i) for i in range(place, until)) or self._made_leads(place) or self._is_pair(place)
        if len(members) > 1 and (certain or any(self._is_sure(i) or self._is_named(i) for i in members)):
            return until
        return place + 1 if self._is_named(place) else place

    def named(self, place: int, until: int) -> Name:
        """The words `place`–`until` as one name."""
        members = self._members(place, until)
        spaced = any("-" not in self.words[i].gap for i in range(place + 1, until)) and self._is_meant(members)
        sure = any(self._is_sure(i) for i in members) or all(self.words[i].capital for i in members)
        linked = until - place > len(members)
        odd = sum(self.words[i].oddness for i in members) >= self.least["full"]
        return Name(self.words[place].start, self.words[until - 1].end, spaced and (sure or linked or odd))

    def _is_meant(self, members: list[int]) -> bool:
        """Are two of the words more than slips of the pen beside a name?"""
        return sum(self.words[i].capital or not self.words[i].slip for i in members) > 1

    def _members(self, place: int, until: int) -> list[int]:
        return [i for i in range(place, until) if not self._is_link(i)]

    def _leads(self, place: int) -> bool:
        word = self.words[place]
        if place in self.beside.settled or len(word.key) < 2:
            return False
        if self._is_named(place) or self._is_sure(place):
            return True
        if word.known not in (Known.EITHER, Known.NEW):
            return word.capital and (self._is_link(place) or self._made_leads(place))
        return (word.capital and not word.shouted) or self._leads_small(place)

    def _is_pair(self, place: int) -> bool:
        """Two words side by side of no list, no slips, whose letters are together nearly those of names."""
        pair = self.words[place : place + 2]
        if len(pair) < 2 or pair[1].gap != " " or pair[0].capital is not pair[1].capital:
            return False
        fit = all(word.known is Known.NEW and not word.slip and len(word.key) > 3 for word in pair)
        return fit and sum(word.oddness for word in pair) >= self.least["pair"]

    def _made_leads(self, place: int) -> bool:
        """«Nete Lindskov»: two capitals in the middle of a sentence, the second like a last name."""
        after = place + 1
        if self.words[place].known is not Known.MADE or self.words[place].begins or after >= len(self.words):
            return False
        follower = self.words[after]
        return follower.gap == " " and follower.capital and not follower.shouted and self._may_be_last(after)

    def _leads_small(self, place: int) -> bool:
        """May a word in small letters be the first part of a name, since a name of the lists follows?"""
        word, after = self.words[place], place + 1
        linked = after < len(self.words) and self._is_link(after)
        if linked:
            after += 1
        if after >= len(self.words) or self.words[after].gap not in (" ", "-", ". "):
            return False
        follower = self.words[after]
        if word.known is Known.EITHER:
            return self._may_be_last(after) or (self._is_sure(after) and self._follows_sure(after + 1))
        if linked and self._is_strong_link(after - 1):
            return follower.known in (Known.NEW, Known.MADE, *_SURE)
        if self._is_pair(place):
            return True
        return (self._is_sure(after) or self._is_named(after)) and word.oddness >= self.least["leading"]

    def _may_be_last(self, place: int) -> bool:
        known = self.words[place].known
        return known is Known.LAST or (known in (Known.NEW, Known.MADE) and self.beside.like_last_name(place))

    def _follows_sure(self, place: int) -> bool:
        return place < len(self.words) and self.words[place].gap == " " and self._is_sure(place)

    def _is_strong_link(self, place: int) -> bool:
        """«von», «bin», «k.»: what stands only between the parts of a name."""
        return self._is_noble(place) or len(self.words[place].key) == 1

    def _joins(self, place: int) -> bool:
        """Does word `place` go on with the name that the words before it began?"""
        word, before = self.words[place], self.words[place - 1]
        if place in self.beside.settled or not self.beside.patterns["joins"].search(word.gap) or before.owns:
            return False
        if "." in word.gap and len(before.key) > 1:
            return False
        if self._is_link(place) or self._is_sure(place):
            return True
        if word.capital and not word.shouted:
            wordy = word.known is Known.WORD and before.capital and not before.begins and self.beside.may_be_name(place)
            return wordy or word.known in (Known.EITHER, Known.NEW, Known.MADE)
        return self._is_named(place) or self._is_pair(place - 1) or self._joins_small(place)

    def _joins_small(self, place: int) -> bool:
        """Is a word in small letters the last name to the words before it?"""
        known = self.words[place].known
        if known is Known.EITHER:
            return self._last_after(place)
        if known not in (Known.NEW, Known.MADE):
            return False
        linked = self._is_link(place - 1)
        if place > 1 and linked and self._is_strong_link(place - 1):
            return True
        if not (linked or self._is_sure(place - 1) or self._is_named(place - 1)):
            return False
        fits = known is Known.NEW and self.words[place].oddness >= self.least["joined"]
        return fits or self.beside.like_last_name(place)

    def _is_link(self, place: int) -> bool:
        word = self.words[place]
        if len(word.key) == 1:
            return word.capital or self.beside.is_initial(place)
        return place > 0 and self.beside.is_in("link", word.key)

    def _last_after(self, place: int) -> bool:
        """Is a word that is also a last name one here, since a first name stands before it?"""
        if len(self.words[place].key) < 3 or not self._is_sure(place - 1) or self.words[place - 1].owns:
            return False
        two = place > 1 and self._is_sure(place - 2) and self.words[place - 1].gap == " "
        return two or self.beside.is_in("last", self.words[place].key)

    def _is_noble(self, place: int) -> bool:
        """«von», «bin» …: words that stand only between the parts of a name."""
        return place < len(self.words) and self.beside.is_in("noble", self.words[place].key)

    def _is_sure(self, place: int) -> bool:
        word = self.words[place]
        return place not in self.beside.settled and word.known in _SURE

    def _is_named(self, place: int) -> bool:
        """Is this word, taken by itself, the name of somebody?"""
        word = self.words[place]
        if place in self.beside.settled or len(word.key) < 2 or word.known is Known.PLACE:
            return False
        if self._is_sure(place):
            return len(word.key) > 2 or word.capital or self.beside.is_called(place)
        if self.beside.is_called(place):
            return word.capital or word.known in (Known.NEW, Known.EITHER)
        if word.known in (Known.WORD, Known.MADE):
            return False
        if word.shouted:
            return word.known is Known.NEW and len(word.key) > 4 and self._letters_suffice(place, "shouted")
        return self._capital_name(place) if word.capital else self._small_name(place)

    def _capital_name(self, place: int) -> bool:
        word = self.words[place]
        hinted = self.beside.hints(place) or self.beside.follows(place, "said")
        if word.known is Known.EITHER:
            return hinted or not self.beside.begins_loosely(place)
        if not word.begins or hinted:
            return True
        return self._letters_suffice(place, "first") or (
            self.beside.follows(place, "does") and self._letters_suffice(place, "acting")
        )

    def _small_name(self, place: int) -> bool:
        word = self.words[place]
        if word.known is Known.EITHER:
            return self.beside.hints_strongly(place)
        if len(word.key) < 3:
            return False
        if self.beside.is_last_name(place):
            return True
        if self.beside.hints(place):
            return self._letters_suffice(place, "hinted")
        spoken_of = self.beside.is_spoken_of(place)
        return self._letters_suffice(place, "to" if spoken_of else "small")

    def _letters_suffice(self, place: int, speaking: str) -> bool:
        word = self.words[place]
        return word.oddness >= (max(self.least[speaking], self.least["slip"]) if word.slip else self.least[speaking])
