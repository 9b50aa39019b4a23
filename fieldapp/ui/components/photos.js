/* Photos: shrunk on the phone (which also drops what the camera wrote into the file), looked through and covered
   there, and only then sent, one by one. What lies under a box never leaves the phone. */
const EDGE = 1600;
const LOOK = "/api/v1/photos/look";
const LOOK_EDGE = 1024;
const LOOK_SECONDS = 8;
const DRAG = 6; /* pixels a finger may tremble in a tap */
const LEAST = 10; /* pixels: a smaller drawn box was a slip */
const states = new WeakMap();

/* `keep` takes a finished photo instead of the server, where there is no line: it answers as `send` does.
   `data.look` is where a photo is looked through, for who has no access to ours. */
export default function ({ data, parentElement, setTriggerValue, keep }) {
  const find = (name) => parentElement.querySelector(name);
  const state = states.get(parentElement) || { busy: false, waiting: [], discarded: null };
  states.set(parentElement, state);
  Object.assign(state, { data, find, send: keep || send, words: data.words, tell: (count) => setTriggerValue("sent", { count, at: Date.now() }) });
  const input = find("input");
  find(".take").textContent = data.label;
  input.setAttribute("aria-label", data.label);
  policy(find(".photos .policy"), data.words.policy, `${data.words.more} ${data.words.removed}`);
  find(".take").onclick = () => input.click();
  find(".again").onclick = () => (state.discarded ? reopen(state) : sendAll(state));
  input.onchange = () => take(state, input);
  enable(state);
}

function policy(line, strong, rest) {
  line.querySelector("strong").textContent = strong;
  line.querySelector("span").textContent = rest;
}

function enable(state) {
  state.find(".take").disabled = state.busy || state.data.left - state.waiting.length < 1;
  const again = state.find(".again");
  again.hidden = state.busy || !(state.discarded || state.waiting.length);
  again.textContent = state.discarded ? state.words.back : state.words.again;
}

async function take(state, input) {
  const files = [...input.files].slice(0, state.data.left - state.waiting.length);
  input.value = "";
  state.discarded = null;
  for (const file of files) await lookThrough(state, file);
  if (files.length) await sendAll(state);
}

async function lookThrough(state, file) {
  const canvas = await shrunk(file);
  if (!canvas) return say(state, await whyNot(file, state), true);
  say(state, "");
  await inEditor(state, { canvas, boxes: [], search: looked(canvas, state) });
}

async function reopen(state) {
  const opened = state.discarded;
  state.discarded = null;
  await inEditor(state, opened);
  await sendAll(state);
}

async function inEditor(state, photo) {
  const id = crypto.randomUUID ? crypto.randomUUID() : uuid();
  const blob = await edited(state, photo);
  if (blob) state.waiting.push({ id, blob, observation: state.data.observation, address: state.data.address });
  else state.discarded = photo;
  say(state, blob ? "" : state.words.discarded);
  enable(state);
}

async function sendAll(state) {
  if (state.busy || !state.waiting.length) return;
  state.busy = true;
  enable(state);
  let sent = 0, why = "";
  while (state.waiting.length && !why) {
    say(state, state.words.sending);
    const answer = await state.send(state.waiting[0], state.words);
    why = answer.why;
    if (!answer.again) state.waiting.shift();
    sent += why ? 0 : 1;
  }
  state.busy = false;
  say(state, why, Boolean(why));
  enable(state);
  if (sent) state.tell(sent);
}

/* Why it is not kept, and whether it waits to be sent again: not where the server has refused it for good. */
async function send({ id, blob, observation, address }, words) {
  try {
    const answer = await fetch(`${address || `/api/v1/photos?observation=${observation}`}&id=${id}`, { method: "POST", body: blob, headers: { "Content-Type": blob.type } });
    if (answer.ok) return { why: "", again: false };
    const problem = await answer.json().catch(() => ({}));
    return { why: problem.reason || words.failed, again: ![403, 404, 409, 413, 422].includes(answer.status) };
  } catch {
    return { why: words.failed, again: true };
  }
}

async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    return drawn(picture, picture.width, picture.height, EDGE);
  } catch {
    return null;
  }
}

function drawn(picture, width, height, edge) {
  const scale = Math.min(1, edge / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const jpegOf = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));

/* The server knows formats this browser cannot show, and says what to do; the first bytes are enough for that. */
async function whyNot(file, { data, words }) {
  const answer = await post(data.look || LOOK, file.slice(0, 4096));
  const problem = answer && !answer.ok ? await answer.json().catch(() => ({})) : {};
  return problem.reason || words.unreadable;
}

/* What the server suggests to cover; null when it has not looked. It keeps nothing of what it is sent. */
async function looked(canvas, { data }) {
  const answer = await post(data.look || LOOK, await jpegOf(drawn(canvas, canvas.width, canvas.height, LOOK_EDGE), 0.8));
  const said = answer && answer.ok ? await answer.json().catch(() => null) : null;
  return said && said.boxes;
}

async function post(address, body) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), LOOK_SECONDS * 1000);
  try {
    return await fetch(address, { method: "POST", body, headers: { "Content-Type": "image/jpeg" }, signal: stop.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(clock);
  }
}

function say(state, text, wrong = false) {
  const line = state.find(".said");
  line.textContent = text;
  line.className = wrong ? "said wrong" : "said";
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
