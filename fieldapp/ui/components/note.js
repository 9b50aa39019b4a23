/* The note: kept on the phone until the server's draft has it, checked while it is written. */
const kept = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const field = parentElement.querySelector("textarea");
  const mine = kept.get(parentElement) || { rev: null, timer: 0, sent: null };
  kept.set(parentElement, mine);
  const store = "fieldapp-note-" + data.draft;
  const send = () => {
    clearTimeout(mine.timer);
    if (field.value !== mine.sent) setStateValue("said", { text: (mine.sent = field.value), rev: data.rev });
  };
  label(parentElement, data);
  field.maxLength = data.max;
  field.placeholder = data.placeholder;
  if (mine.rev !== data.rev) {
    mine.rev = data.rev;
    field.value = mine.sent = data.value;
    restore(field, store, data, send);
  }
  if (data.stored && data.value === field.value) forget(store);
  field.oninput = () => {
    remember(store, field.value);
    count(parentElement, field, data);
    clearTimeout(mine.timer);
    mine.timer = setTimeout(send, 700);
  };
  field.onblur = send;
  mark(parentElement, data);
  count(parentElement, field, data);
  field.setAttribute("aria-invalid", data.message ? "true" : "false");
  return () => clearTimeout(mine.timer);
}

function restore(field, store, data, send) {
  let text = null;
  try {
    text = localStorage.getItem(store);
    for (const key of Object.keys(localStorage)) if (key.startsWith("fieldapp-note-") && key !== store) localStorage.removeItem(key);
  } catch { /* a browser that keeps nothing: the server's draft still does */ }
  if (text && text !== data.value && !data.value) { field.value = text; send(); }
}

function remember(store, text) { try { localStorage.setItem(store, text); } catch { /* see restore */ } }
function forget(store) { try { localStorage.removeItem(store); } catch { /* see restore */ } }

function label(root, data) {
  root.querySelector("label").textContent = data.label;
  root.querySelector(".help").textContent = data.help;
}

function count(root, field, data) {
  root.querySelector(".count").textContent = field.value.length + " / " + data.max;
}

function mark(root, data) {
  const box = root.querySelector(".findings");
  const line = root.querySelector(".marked");
  box.hidden = !data.message;
  root.querySelector(".message").textContent = data.message || "";
  line.replaceChildren(...(data.segments || []).map(([text, found]) => {
    const part = document.createElement(found ? "mark" : "span");
    part.textContent = text;
    return part;
  }));
}
