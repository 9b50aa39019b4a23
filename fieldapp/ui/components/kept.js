/* Half-written text of plain fields, kept in this tab until it is saved: a reload or a lost line takes none of it.
   Nothing goes to the server from here: a field that gets its text back sends it as one that was typed in does. */
const PREFIX = "fieldapp-kept-";
const FRAMES = 120;
const known = new WeakSet();

export default function ({ data, parentElement }) {
  const box = (parentElement.getRootNode().host || parentElement).closest("[data-testid=stElementContainer]");
  if (box) box.style.display = "none";
  const own = PREFIX + data.owner + "-", store = own + data.name;
  only(own);
  if (data.saved && take(store + "-saved") !== data.saved) {
    put(store + "-saved", data.saved);
    for (const name of data.done) write(store, name, "");
  }
  let frames = 0, waiting = 0;
  const look = () => {
    const missing = Object.entries(data.fields).filter(([name, key]) => !follow(store, name, key));
    if (missing.length && (frames += 1) < FRAMES) waiting = requestAnimationFrame(look);
  };
  look();
  return () => cancelAnimationFrame(waiting);
}

/* Is the field on the page? Then it has what was written, and what is written in it is kept. */
function follow(store, name, key) {
  const field = document.querySelector(`.st-key-${CSS.escape(key)} :is(textarea, input)`);
  if (!field || known.has(field)) return Boolean(field);
  known.add(field);
  field.addEventListener("input", () => write(store, name, field.value));
  const text = read(store)[name];
  if (text && text !== field.value) {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  }
  return true;
}

/* Another session's text is nobody's any more; this one's goes when its user signs out. */
function only(own) {
  forget((key) => !key.startsWith(own));
  if (!known.has(document)) document.addEventListener("click", signingOut, true);
  known.add(document);
}

function signingOut({ target }) { if (target.closest && target.closest(".st-key-sign_out")) forget(() => true); }

function forget(which) {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && which(key)) sessionStorage.removeItem(key);
  } catch { /* a browser that keeps nothing has nothing to forget */ }
}

function write(store, name, text) {
  const kept = read(store);
  if (text) kept[name] = text;
  else delete kept[name];
  put(store, JSON.stringify(kept));
}

function read(store) { try { return JSON.parse(take(store)) || {}; } catch { return {}; } }
function take(key) { try { return sessionStorage.getItem(key); } catch { return null; } }
function put(key, value) { try { sessionStorage.setItem(key, value); } catch { /* a private window keeps nothing */ } }
