/* The note: kept on the phone until the server's draft has it, checked while it is written, asked about when saved. */
const kept = new WeakMap();
const NEAR = 24; /* signs of the note shown on each side of a marked word */
let gate = null; /* the detector in the browser: the same table and rules as on the server, with its answer at once */

export function loadGate() {
  if (gate === null) gate = import(location.origin + "/assets/privacy.js").then((module) => module.load().then(() => module)).catch(() => (gate = null));
  return gate;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name);
  const field = find("textarea");
  const mine = kept.get(parentElement) || { rev: null, ask: 0, timer: 0, sent: null, spared: [] };
  kept.set(parentElement, mine);
  const store = data.draft && "fieldapp-note-" + data.draft; /* without a draft the page itself keeps the text */
  const send = () => {
    clearTimeout(mine.timer);
    if (field.value !== mine.sent) setStateValue("said", { text: (mine.sent = field.value), rev: data.rev, spared: mine.spared });
  };
  const answer = (said) => {
    send();
    setTriggerValue("answered", { answer: said, about: mine.about || data.about, rev: data.rev, at: Date.now() });
  };
  const look = async () => {
    const detector = await loadGate();
    const here = detector && field.value !== data.value && findingsHere(detector, field.value, data, mine);
    if (!here) return;
    mine.about = here.about;
    draw(find, here);
  };
  mine.about = null;
  label(find, field, data);
  if (mine.rev !== data.rev) {
    mine.rev = data.rev;
    field.value = mine.sent = data.value;
    if (restore(field, store, data, mine)) { send(); look(); }
  }
  if (data.value === field.value) {
    if (data.spared.length) mine.spared = data.spared;
    if (data.stored) forget(store);
    else remember(store, field.value, mine.spared);
  }
  field.oninput = () => {
    remember(store, field.value, mine.spared);
    count(find, field, data);
    clearTimeout(mine.timer);
    mine.timer = setTimeout(send, 700);
    clearTimeout(mine.look);
    mine.look = setTimeout(look, 200);
  };
  field.onfocus = loadGate;
  field.onblur = send;
  find(".remove").onclick = () => answer("remove");
  find(".pass").onclick = () => answer("pass");
  find(".rewrite").onclick = () => rewrite(find, field, data);
  draw(find, findingsOf(data));
  count(find, field, data);
  field.setAttribute("aria-invalid", data.state === "hard" ? "true" : "false");
  if (mine.ask !== data.ask) {
    mine.ask = data.ask;
    if (data.state) bring(find(".findings"));
  }
  return () => { clearTimeout(mine.timer); clearTimeout(mine.look); };
}

/* The same as the server will say a moment later, of a text that it has not seen. */
export function findingsHere(detector, text, data, mine) {
  const spared = new Set([...data.spared, ...mine.spared]);
  const found = detector.check(text).map((one) => ({ ...one, text: text.slice(one.from, one.to) }))
    .filter((one) => one.hard || !spared.has(wordOf(one.text)));
  const hard = found.some((one) => one.hard), listed = new Map(), segments = [];
  let done = 0;
  for (const one of found) {
    const label = (one.hard ? data.texts.kinds : data.texts.possible)[one.kind];
    listed.set(label, [...new Set([...(listed.get(label) || []), one.text])]);
    if (done < one.from) segments.push([text.slice(done, one.from), ""]);
    segments.push([one.text, one.hard ? "hard" : "soft"]);
    done = one.to;
  }
  if (found.length && done < text.length) segments.push([text.slice(done), ""]);
  return {
    state: hard ? "hard" : found.length ? "soft" : "",
    title: hard ? data.texts.refused : data.texts.question,
    listed: [...listed].map(([label, words]) => [label, words.join(", ")]),
    segments,
    about: found.filter((one) => !one.hard).map((one) => wordOf(one.text)),
  };
}

function wordOf(text) { return text.normalize("NFC").trim().toLowerCase(); }

/* What the server found in the text it knows. */
function findingsOf(data) {
  return { state: data.state, title: data.title, listed: data.listed, segments: data.segments };
}

/* Is there a text on the phone that the server does not have? Then it stands in the field again. */
function restore(field, store, data, mine) {
  let found = null;
  if (!store) return false;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("fieldapp-note-") && key !== store) localStorage.removeItem(key);
    found = JSON.parse(localStorage.getItem(store));
  } catch { /* a browser that keeps nothing: the server's draft still does */ }
  if (!found || !found.text || data.value || found.text === data.value) return false;
  field.value = found.text;
  mine.spared = Array.isArray(found.spared) ? found.spared : [];
  return true;
}

function remember(store, text, spared) { if (store) try { localStorage.setItem(store, JSON.stringify({ text, spared })); } catch { /* see restore */ } }
function forget(store) { try { localStorage.removeItem(store); } catch { /* see restore */ } }

function label(find, field, data) {
  find("label").textContent = data.label;
  find(".help").textContent = data.texts.rewriting;
  find(".remove").textContent = data.texts.remove;
  find(".rewrite").textContent = data.texts.rewrite;
  find(".pass").textContent = data.texts.not_a_person;
  field.maxLength = data.max;
  field.placeholder = data.placeholder;
}

function count(find, field, data) {
  find(".count").textContent = field.value.length + " / " + data.max;
}

function draw(find, found) {
  const box = find(".findings");
  box.hidden = !found.state;
  box.classList.toggle("hard", found.state === "hard");
  find(".pass").hidden = found.state !== "soft";
  find(".title").textContent = found.title;
  find(".listed").replaceChildren(...found.listed.flatMap(([kind, words], n) => [n ? "\n" : "", bold(capital(kind) + ": "), words]));
  find(".marked").replaceChildren(...found.segments.map(([text, kind], n) => segment(text, kind, n, found.segments.length)));
  find(".help").classList.toggle("wanted", found.state === "hard" || (Boolean(found.state) && find(".help").classList.contains("wanted")));
  const told = found.state ? found.title + " " + found.listed.map(([kind, words]) => kind + ": " + words).join("; ") : "";
  if (find(".live").textContent !== told) find(".live").textContent = told;
}

function bold(text) {
  const part = document.createElement("b");
  part.textContent = text;
  return part;
}

function capital(text) { return text.charAt(0).toUpperCase() + text.slice(1); }

function segment(text, kind, n, all) {
  const part = document.createElement(kind ? "mark" : "span");
  part.textContent = kind ? text : shortened(text, n === 0, n === all - 1);
  return part;
}

/* Of a long note only what stands round the marked words. */
function shortened(text, first, last) {
  const signs = Array.from(text);
  const most = first || last ? NEAR : 2 * NEAR;
  if (signs.length <= most + 8) return text;
  const before = first ? "" : signs.slice(0, NEAR).join("");
  const after = last ? "" : signs.slice(-NEAR).join("");
  return before + "…" + after;
}

function bring(box) {
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
}

/* The first marked word is selected, ready to be written over. */
function rewrite(find, field, data) {
  const n = data.segments.findIndex(([, kind]) => kind);
  const start = data.segments.slice(0, n).reduce((length, [text]) => length + text.length, 0);
  find(".help").classList.add("wanted");
  field.focus();
  if (field.value === data.value && n >= 0) field.setSelectionRange(start, start + data.segments[n][0].length);
}
