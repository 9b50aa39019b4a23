// What a note's words remind of, as `model/duties.py` reads them; `Fieldapp.noteRules` are in its notation.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const LETTERS = { æ: "ae", ø: "oe", å: "aa", ä: "ae", ö: "oe", ü: "y", ß: "ss", ς: "σ" };
  const LOOK_BACK = 3, IOTA = "\u0345"; // a mark under a Greek letter that is a letter in lower case
  const made = new Map();

  // Lower case without marks, accents, Danish letters and doubled consonants; one space between words.
  function folded(text) {
    const plain = text.normalize("NFKC").toLowerCase().replace(/[æøåäöüßς]/g, (sign) => LETTERS[sign]).normalize("NFKD");
    // Of all marks only those that Unicode moves about belong to a letter.
    const bare = plain.replace(/\p{M}/gu, (mark) => (mark === IOTA ? "ι" : (IOTA + mark).normalize("NFD") === IOTA + mark ? mark : ""));
    return (bare.match(/\p{Nd}+|[\p{L}\p{Nl}\p{No}]+/gu) || []).join(" ").replace(/([b-df-hj-np-tv-xz])\1+/g, "$1");
  }

  const NOT = new Set(["ikke", "ingen", "intet", "ej", "uden", "hverken", "aldrig"].map(folded));

  function word(said, groups) {
    if (said === "#") return "(?:[1-9]|1[0-7])";
    if (said.startsWith("{")) return `(?:${groups[said.slice(1, -1)].map((one) => pattern(one, groups)).join("|")})`;
    return folded(said) + (said.endsWith("*") ? "[^ ]*" : "");
  }

  function pattern(phrase, groups) {
    const parts = phrase.split(" ").map((part) => (part === "~" ? part : `(?:${part.split("|").map((one) => word(one, groups)).join("|")})`));
    return parts.join(" ").replaceAll(" ~ ", "(?: [^ ]+){0,4} ");
  }

  function compiled(phrases, groups) {
    const key = phrases.join();
    if (!made.has(key)) made.set(key, new RegExp(`(?:^| )(?:${phrases.map((one) => pattern(one, groups)).join("|")})(?= |$)`, "g"));
    return made.get(key);
  }

  function finds(phrases, sentence, groups) {
    return phrases.length > 0 && [...sentence.matchAll(compiled(phrases, groups))].some(({ index }) => !denied(sentence.slice(0, index)));
  }

  // Is there a «not» in the three words before? «Uden for» is a place.
  function denied(before) {
    return before.concat(" ").replaceAll("uden for ", "").replaceAll("uden om ", "").split(" ").filter(Boolean).slice(-LOOK_BACK).some((one) => NOT.has(one));
  }

  // → true where one sentence says what the rule is about and nothing that speaks against it.
  Fieldapp.said = ({ said, unless }, note, groups) =>
    note.split(/[.!?;\n]+/).map(folded).some((one) => one && finds(said, one, groups) && !finds(unless, one, groups));
})();
