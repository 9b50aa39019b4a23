/* The personal-data gate in the browser: the same table and rules as fieldapp/privacy, found before anything is sent.
   `await load()` once, then `check(text)` → [{kind, hard, start, end, from, to}]: start–end count code points as the
   server does, from–to what a browser's strings count. */
const OURS = "abcdefghijklmnopqrstuvwxyzæøå";
const ALIKE = { ł: "l", đ: "d", ı: "i", ß: "s", ð: "d", þ: "t", ä: "æ", ö: "ø", œ: "ø" };
const SEEN_AS = { "−": "-", "⁃": "-", "˗": "-", "·": ".", "•": ".", "∙": ".", "。": ".", "⁄": "/", "∕": "/", "\u2800": " ",
  "\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " ",
  "\u115f": "", "\u1160": "", "\u3164": "", "\uffa0": "", "\ufffe": "", "\uffff": "" };
const SURE = new Set(["first", "last"]);
const BEFORE = 40, PART = 3, SLIP = 5, LONGEST = 40, SHOUTED = 0.7;
let table = null;

export async function load(address) {
  if (!table) table = read(await (await fetch(address || new URL("privacy.json", import.meta.url), { credentials: "same-origin" })).json());
}

export function check(text) {
  const seen = searched(text);
  const hits = [...found(seen)].map((hit) => ({ ...hit, start: seen.starts[hit.start], end: seen.ends[hit.end - 1] }));
  const places = [0];
  for (const character of text) places.push(places[places.length - 1] + character.length);
  return united(hits).map(({ kind, hard, start, end }) => ({ kind, hard, start, end, from: places[start], to: places[end] }));
}

export function read(described) {
  const lists = {}, cues = {}, patterns = {}, phrases = {}, pairs = {};
  for (const [name, packed] of Object.entries(described.lists)) lists[name] = new Set(unpack(packed));
  for (const [name, words] of Object.entries(described.cues)) cues[name] = new Set(words.split(" ").filter(Boolean));
  for (const [name, text] of Object.entries(described.patterns)) patterns[name] = new RegExp(text, name === "word" || name === "record" ? "g" : "");
  for (const phrase of described.phrases) { const words = phrase.split(" "); (phrases[words[0]] ||= []).push(words); }
  let place = 0;
  for (const one of "^" + OURS) for (const other of "^" + OURS) pairs[one + other] = described.pairs.charCodeAt(place++) - 77;
  const longPlaces = new Set([...lists.places].filter((word) => word.length > 7 || /[^\x00-\x7f]/.test(word)));
  return (table = { lists, cues, patterns, phrases, pairs, longPlaces, least: described.least, shapes: described.rules.map(shape) });
}

function unpack(packed) {
  let before = "";
  return packed.split("\n").map((line) => (before = before.slice(0, parseInt(line[0], 36)) + line.slice(1)));
}

function shape(rule) {
  const group = rule.group || 0;
  const clauses = (list) => (list || []).map((clause) => Object.entries(clause).map(([name, text]) => [name, new RegExp(text)]));
  return { kind: rule.kind, hard: rule.hard, cased: rule.text === "cased", find: new RegExp(rule.find, "dg"), group,
    part: rule.part ?? group, word: rule.word, needs: clauses(rule.needs), unless: clauses(rule.unless), anyway: clauses(rule.anyway) };
}

/* The searched text: one character of ours for each, and where in the original each came from. */
function searched(text) {
  const seen = [], starts = [], ends = [];
  let place = 0;
  for (const character of text) {
    const last = seen.length - 1;
    if (last >= 0 && ends[last] === place && /^\p{Mn}$/u.test(character) && [...(seen[last] + character).normalize("NFC")].length === 1) {
      seen[last] = (seen[last] + character).normalize("NFC");
      ends[last] = place + 1;
    } else for (const part of character.normalize("NFKC")) {
      for (const shown of seenAs(part)) { seen.push(shown); starts.push(place); ends.push(place + 1); }
    }
    place += 1;
  }
  const small = seen.map((part) => (part.codePointAt(0) <= 0xffff || /\p{L}/u.test(part) ? plainLetter(part) : "\ufffd"));
  const cased = small.map((letter, i) => (/^\p{Uppercase}$/u.test(seen[i]) ? letter.toUpperCase() : letter));
  return { cased: cased.join(""), small: small.join(""), starts, ends };
}

function seenAs(part) {
  if (Object.hasOwn(SEEN_AS, part)) return SEEN_AS[part];
  if (/^\p{Nd}$/u.test(part)) return digit(part.codePointAt(0));
  if (/^\p{Pd}$/u.test(part)) return "-";
  if (/^\p{Zs}$/u.test(part)) return " ";
  return /^[\p{Cc}\p{Cf}\p{Cs}\p{Mn}\p{Me}]$/u.test(part) ? "" : part;
}

/* Digits stand in runs of ten that begin at a code ending in 0 or 6. */
function digit(code) {
  const low = code & 15, run = code - low;
  const fromSix = low > 5 && !(low < 10 && /\p{Nd}/u.test(String.fromCodePoint(run)));
  return String(fromSix ? low - 6 : low);
}

function plainLetter(character) {
  if (!/^\p{L}$/u.test(character)) return character;
  let small = String.fromCodePoint(character.toLowerCase().codePointAt(0));
  small = ALIKE[small] || small;
  if (!OURS.includes(small)) small = String.fromCodePoint(small.normalize("NFD").codePointAt(0));
  return OURS.includes(small) ? small : "x";
}

const fold = (word) => word.toLowerCase().replaceAll("aa", "å");

function* found(seen) {
  const small = seen.small.replace(table.patterns.record, (id) => "x".repeat(id.length));
  for (const [rank, rule] of table.shapes.entries())
    for (const [start, end] of shapes(rule, rule.cased ? seen.cased : small, small)) yield { start, end, rank, kind: rule.kind, hard: rule.hard };
  for (const [start, end, full] of names(seen)) yield { start, end, rank: table.shapes.length, kind: "name", hard: full };
}

function united(hits) {
  const whole = [];
  hits.sort((a, b) => a.start - b.start || a.end - b.end || a.rank - b.rank);
  for (const hit of hits) {
    const last = whole[whole.length - 1];
    if (last && hit.start < last.end) {
      const first = hit.rank < last.rank ? hit : last;
      whole[whole.length - 1] = { start: last.start, end: Math.max(last.end, hit.end), rank: first.rank, kind: first.kind, hard: last.hard || hit.hard };
    } else whole.push(hit);
  }
  return whole;
}

function* shapes(rule, text, small) {
  let place = 0, match;
  while (place <= text.length && ((rule.find.lastIndex = place), (match = rule.find.exec(text)))) {
    const end = match.index + match[0].length;
    const good = stands(rule, match, small);
    if (good) yield match.indices[rule.group];
    place = good && end > match.index ? end : match.index + 1;
  }
}

function stands(rule, match, small) {
  if (rule.word !== undefined && isWord(match[rule.word], rule)) return false;
  const holds = (clause) => clause.every(([name, pattern]) => pattern.test(lookedAt(name, rule, match, small)));
  if (rule.needs.length && !rule.needs.some(holds)) return false;
  return rule.anyway.some(holds) || !rule.unless.some(holds);
}

function lookedAt(name, rule, match, small) {
  const start = match.index, end = start + match[0].length;
  if (name === "before") return small.slice(Math.max(0, start - BEFORE), start);
  if (name === "match") return match[rule.part] || "";
  return name === "tail" ? small.slice(Math.max(start, end - 4), end + BEFORE) : small.slice(end, end + BEFORE);
}

function isWord(text, rule) {
  const key = fold(text || "");
  return table.lists.places.has(key) || (!rule.cased && table.lists.words.has(key));
}

/* Words: what each is known as. */
function wordsOf(seen) {
  const letters = seen.cased.match(/[A-ZÆØÅa-zæøå]/g) || [];
  const shouting = letters.length >= 8 && letters.filter((letter) => /[A-ZÆØÅ]/.test(letter)).length > SHOUTED * letters.length;
  const words = [];
  let done = 0, before = "";
  for (const match of seen.cased.matchAll(table.patterns.word)) {
    const text = match[0], start = match.index, end = start + text.length, gap = seen.cased.slice(done, start);
    const key = fold(text.replace(/['’]/g, ""));
    let [known, owns] = lookUp(withoutOwner(text));
    if (known === "new" && isGlued(seen.cased, start, end)) known = "word";
    const capital = /[A-ZÆØÅ]/.test(text[0]) && !shouting;
    words.push({ start, end, key, known, owns, capital, gap, shouted: capital && text.length > 1 && text === text.toUpperCase(),
      begins: begins(gap, before), oddness: oddness(key), slip: known === "new" && isSlip(key, table.lists.words) });
    done = end;
    before = key;
  }
  return words;
}

function isGlued(cased, start, end) {
  const dotted = cased[end] === "." && /[A-ZÆØÅa-zæøå]/.test(cased[end + 1] || "");
  return dotted || table.patterns.glue.test((cased[start - 1] || "") + (cased[end] || ""));
}

function withoutOwner(text) {
  const owner = /['’][sS]$/.test(text);
  return fold((owner ? text.slice(0, -2) : text).replace(/['’]/g, "")) + (owner ? "'" : "");
}

const listOf = (known) => table.lists[known === "word" ? "words" : known === "place" ? "places" : known];

function lookUp(key) {
  const bare = key.replace(/'+$/, ""), owned = bare !== key;
  for (const known of ["place", "word", "either", "first", "last"]) if (listOf(known).has(bare)) return [known, owned];
  if (!owned && key.endsWith("s") && key.length > PART)
    for (const known of ["first", "last", "either", "place", "word"]) if (listOf(known).has(key.slice(0, -1))) return [known, true];
  return [unlisted(bare), owned];
}

function unlisted(key) {
  if (key.length < 2 || table.patterns.no_vowel.test(key) || key.length > LONGEST) return "word";
  for (const end of table.cues.placelike) if (key.endsWith(end) && key.length > end.length + 1) return "place";
  if (isInflected(key) || isJoined(key)) return "made";
  return isSlip(key, table.longPlaces) ? "place" : "new";
}

function isPart(key) {
  if (key.length <= PART) return table.cues.parts.has(key);
  return table.lists.words.has(key) || table.lists.places.has(key) || table.lists.either.has(key);
}

function isInflected(key) {
  for (const ending of table.cues.endings) {
    const stem = key.slice(0, -ending.length);
    if (!key.endsWith(ending) || stem.length < PART) continue;
    if (isPart(stem) || isPart(stem + "e")) return true;
    if (stem.at(-1) === stem.at(-2) && isPart(stem.slice(0, -1))) return true;
  }
  return false;
}

function isJoined(key) {
  for (let cut = PART; cut <= key.length - PART; cut += 1) {
    const left = key.slice(0, cut), right = key.slice(cut);
    const known = isPart(left) || (table.cues.joints.has(left.at(-1)) && isPart(left.slice(0, -1)));
    if (known && (isPart(right) || isInflected(right))) return true;
  }
  return false;
}

function isSlip(key, words) {
  if (key.length < SLIP) return false;
  const is = (word) => word.length >= SLIP && words.has(word);
  for (let place = 0; place <= key.length; place += 1) {
    const left = key.slice(0, place), right = key.slice(place);
    if (right && is(left + right.slice(1))) return true;
    if (right.length > 1 && is(left + right[1] + right[0] + right.slice(2))) return true;
    for (const letter of OURS) if (is(left + letter + right) || (right && is(left + letter + right.slice(1)))) return true;
  }
  return false;
}

function oddness(key) {
  const framed = `^${key}^`;
  let sum = 0;
  for (let place = 0; place <= key.length; place += 1) sum += table.pairs[framed.slice(place, place + 2)] || 0;
  return sum;
}

function begins(gap, before) {
  if (!before) return true;
  if (!table.patterns.begins.test(gap)) return false;
  const short = table.cues.short.has(before) || before.length === 1;
  return !(short && table.patterns.abbreviated.test(gap) && !gap.includes("\n"));
}

/* What stands beside a word. */
class Beside {
  constructor(words, small) {
    Object.assign(this, { words, small, settled: new Set(inPhrases(words)) });
    words.forEach((_, place) => { if (this.isMonth(place)) this.settled.add(place); });
  }
  isIn(cue, key) { return table.cues[cue].has(key); }
  isThing(place, until) {
    if (until - place === 1 && this.isIn("bearer", this.before(place))) return true;
    const after = this.words[until], last = this.words[until - 1];
    if (!after || (after.gap !== " " && after.gap !== "-")) return false;
    if (this.isIn("street", after.key) || (after.capital && this.isIn("road", after.key))) return true;
    if (this.isStreet(until + 1) && (after.owns || after.key.endsWith("s") || after.key.length < 3)) return true;
    return until - place === 1 && !last.owns && this.isIn("business", after.key);
  }
  isStreet(place) {
    const word = this.words[place];
    return Boolean(word) && word.gap === " " && this.isIn("street", word.key);
  }
  isMonth(place) {
    const { key, start, end } = this.words[place];
    return key === "jan" && (table.patterns.month_before.test(this.small.slice(Math.max(0, start - 5), start))
      || table.patterns.month_after.test(this.small.slice(end, end + 12)));
  }
  isInitial(place) { return this.small[this.words[place].end] === "."; }
  likeLastName(place) {
    const { key } = this.words[place];
    return key.length > 5 && [...table.cues.surnamelike].some((ending) => key.endsWith(ending));
  }
  isLastName(place) {
    const { key, known, slip } = this.words[place], bare = key.replace(/s$/, "");
    if (known !== "new" || slip || bare.length < 7) return false;
    const ends = (cue) => [...table.cues[cue]].some((ending) => bare.endsWith(ending));
    return ends("lastonly") && !ends("notlast");
  }
  mayBeName(place) {
    const { key } = this.words[place];
    return key.length > 3 && !["street", "road", "business"].some((cue) => this.isIn(cue, key));
  }
  beginsLoosely(place) { return this.words[place].begins || table.patterns.loose.test(this.words[place].gap); }
  isCalled(place) {
    const before = this.before(place);
    if (this.isIn("fillers", before) && place > 1) return this.isIn("calls", this.before(place - 1));
    if (this.isIn("family", before)) return this.words[place].known !== "word";
    return this.isIn("calls", before);
  }
  hints(place) { return this.isIn("role", this.before(place)) || this.hintsStrongly(place) || this.inListWithName(place); }
  hintsStrongly(place) {
    const word = this.words[place];
    const owner = word.owns || (word.known === "new" && word.key.endsWith("s"));
    if (owner && this.isIn("kin", this.after(place))) return true;
    return table.patterns.age.test(this.small.slice(word.end, word.end + 30));
  }
  isSpokenOf(place) {
    const before = this.before(place);
    return this.isIn("to", before) || this.isIn("asks", before) || this.follows(place, "does");
  }
  follows(place, cue) { return this.isIn(cue, this.after(place)); }
  before(place) { return place === 0 || !table.patterns.close.test(this.words[place].gap) ? "" : this.words[place - 1].key; }
  after(place) { const word = this.words[place + 1]; return word && word.gap === " " ? word.key : ""; }
  inListWithName(place) {
    for (const step of [1, -1]) {
      let other = place + step;
      if (this.words[other] && this.isIn("and", this.words[other].key)) other += step;
      if (this.words[other] && this.isListed(other) && this.inOneList(place, other)) return true;
    }
    return false;
  }
  isListed(place) { return !this.settled.has(place) && SURE.has(this.words[place].known); }
  inOneList(one, other) {
    const low = Math.min(one, other), high = Math.max(one, other);
    const gaps = this.words.slice(low + 1, high + 1).map((word) => word.gap);
    if (!gaps.every((gap) => table.patterns.list.test(gap))) return false;
    return high - low === 2 || !gaps.every((gap) => table.patterns.plain_list.test(gap));
  }
}

function* inPhrases(words) {
  for (const [place, word] of words.entries())
    for (const phrase of (Object.hasOwn(table.phrases, word.key) && table.phrases[word.key]) || [])
      if (phrase.every((key, i) => words[place + i] && words[place + i].key === key)) for (let i = 0; i < phrase.length; i += 1) yield place + i;
}

/* Which words are names. */
function* names(seen) {
  const words = wordsOf(seen), note = new Note(words, new Beside(words, seen.small));
  for (let place = 0; place < words.length; ) {
    const until = note.run(place);
    if (until > place && !note.beside.isThing(place, until)) yield note.named(place, until);
    place = Math.max(until, place + 1);
  }
}

class Note {
  constructor(words, beside) { Object.assign(this, { words, beside }); }
  run(place) {
    if (!this.leads(place)) return place;
    let until = place + 1;
    while (until < this.words.length && this.joins(until)) until += 1;
    while (until > place + 1 && this.isLink(until - 1)) until -= 1;
    const all = this.range(place, until), members = all.filter((i) => !this.isLink(i));
    const certain = all.some((i) => this.isNoble(i)) || this.madeLeads(place) || this.isPair(place);
    if (members.length > 1 && (certain || members.some((i) => this.isSure(i) || this.isNamed(i)))) return until;
    return this.isNamed(place) ? place + 1 : place;
  }
  named(place, until) {
    const all = this.range(place, until), members = all.filter((i) => !this.isLink(i));
    const meant = members.filter((i) => this.words[i].capital || !this.words[i].slip).length > 1;
    const spaced = meant && all.slice(1).some((i) => !this.words[i].gap.includes("-"));
    const sure = members.some((i) => this.isSure(i)) || members.every((i) => this.words[i].capital);
    const linked = all.length > members.length;
    const odd = members.reduce((sum, i) => sum + this.words[i].oddness, 0) >= table.least.full;
    return [this.words[place].start, this.words[until - 1].end, spaced && (sure || linked || odd)];
  }
  range(place, until) { return Array.from({ length: until - place }, (_, i) => place + i); }
  leads(place) {
    const word = this.words[place];
    if (this.beside.settled.has(place) || word.key.length < 2) return false;
    if (this.isNamed(place) || this.isSure(place)) return true;
    if (!["either", "new"].includes(word.known)) return word.capital && (this.isLink(place) || this.madeLeads(place));
    return (word.capital && !word.shouted) || this.leadsSmall(place);
  }
  isPair(place) {
    const one = this.words[place], other = this.words[place + 1];
    if (!other || other.gap !== " " || one.capital !== other.capital) return false;
    const fits = (word) => word.known === "new" && !word.slip && word.key.length > 3;
    return fits(one) && fits(other) && one.oddness + other.oddness >= table.least.pair;
  }
  madeLeads(place) {
    const word = this.words[place], follower = this.words[place + 1];
    if (word.known !== "made" || word.begins || !follower) return false;
    return follower.gap === " " && follower.capital && !follower.shouted && this.mayBeLast(place + 1);
  }
  leadsSmall(place) {
    const word = this.words[place];
    let after = place + 1;
    const linked = after < this.words.length && this.isLink(after);
    if (linked) after += 1;
    const follower = this.words[after];
    if (!follower || ![" ", "-", ". "].includes(follower.gap)) return false;
    if (word.known === "either") return this.mayBeLast(after) || (this.isSure(after) && this.followsSure(after + 1));
    if (linked && this.isStrongLink(after - 1)) return ["new", "made", "first", "last"].includes(follower.known);
    if (this.isPair(place)) return true;
    return (this.isSure(after) || this.isNamed(after)) && word.oddness >= table.least.leading;
  }
  mayBeLast(place) {
    const { known } = this.words[place];
    return known === "last" || ((known === "new" || known === "made") && this.beside.likeLastName(place));
  }
  followsSure(place) { return place < this.words.length && this.words[place].gap === " " && this.isSure(place); }
  isStrongLink(place) { return this.isNoble(place) || this.words[place].key.length === 1; }
  joins(place) {
    const word = this.words[place], before = this.words[place - 1];
    if (this.beside.settled.has(place) || !table.patterns.joins.test(word.gap) || before.owns) return false;
    if (word.gap.includes(".") && before.key.length > 1) return false;
    if (this.isLink(place) || this.isSure(place)) return true;
    if (word.capital && !word.shouted) {
      const wordy = word.known === "word" && before.capital && !before.begins && this.beside.mayBeName(place);
      return wordy || ["either", "new", "made"].includes(word.known);
    }
    return this.isNamed(place) || this.isPair(place - 1) || this.joinsSmall(place);
  }
  joinsSmall(place) {
    const { known } = this.words[place];
    if (known === "either") return this.lastAfter(place);
    if (known !== "new" && known !== "made") return false;
    const linked = this.isLink(place - 1);
    if (place > 1 && linked && this.isStrongLink(place - 1)) return true;
    if (!(linked || this.isSure(place - 1) || this.isNamed(place - 1))) return false;
    return (known === "new" && this.words[place].oddness >= table.least.joined) || this.beside.likeLastName(place);
  }
  isLink(place) {
    const word = this.words[place];
    if (word.key.length === 1) return word.capital || this.beside.isInitial(place);
    return place > 0 && this.beside.isIn("link", word.key);
  }
  lastAfter(place) {
    if (this.words[place].key.length < 3 || !this.isSure(place - 1) || this.words[place - 1].owns) return false;
    const two = place > 1 && this.isSure(place - 2) && this.words[place - 1].gap === " ";
    return two || this.beside.isIn("last", this.words[place].key);
  }
  isNoble(place) { return place < this.words.length && this.beside.isIn("noble", this.words[place].key); }
  isSure(place) { return this.beside.isListed(place); }
  isNamed(place) {
    const word = this.words[place];
    if (this.beside.settled.has(place) || word.key.length < 2 || word.known === "place") return false;
    if (this.isSure(place)) return word.key.length > 2 || word.capital || this.beside.isCalled(place);
    if (this.beside.isCalled(place)) return word.capital || word.known === "new" || word.known === "either";
    if (word.known === "word" || word.known === "made") return false;
    if (word.shouted) return word.known === "new" && word.key.length > 4 && this.lettersSuffice(place, "shouted");
    return word.capital ? this.capitalName(place) : this.smallName(place);
  }
  capitalName(place) {
    const word = this.words[place], hinted = this.beside.hints(place) || this.beside.follows(place, "said");
    if (word.known === "either") return hinted || !this.beside.beginsLoosely(place);
    if (!word.begins || hinted) return true;
    return this.lettersSuffice(place, "first") || (this.beside.follows(place, "does") && this.lettersSuffice(place, "acting"));
  }
  smallName(place) {
    const word = this.words[place];
    if (word.known === "either") return this.beside.hintsStrongly(place);
    if (word.key.length < 3) return false;
    if (this.beside.isLastName(place)) return true;
    if (this.beside.hints(place)) return this.lettersSuffice(place, "hinted");
    return this.lettersSuffice(place, this.beside.isSpokenOf(place) ? "to" : "small");
  }
  lettersSuffice(place, speaking) {
    const word = this.words[place], least = table.least[speaking];
    return word.oddness >= (word.slip ? Math.max(least, table.least.slip) : least);
  }
}
