/* Photos: shrunk on the phone (which also drops what the camera wrote into the file), then sent one by one. */
const EDGE = 1600;
const states = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const input = parentElement.querySelector("input");
  const button = parentElement.querySelector("button");
  const state = states.get(parentElement) || { busy: false };
  states.set(parentElement, state);
  state.data = data;
  button.textContent = data.label;
  button.disabled = state.busy || data.left < 1;
  input.setAttribute("aria-label", data.label);
  button.onclick = () => input.click();
  input.onchange = async () => {
    const files = [...input.files].slice(0, state.data.left);
    input.value = "";
    if (!files.length) return;
    state.busy = button.disabled = true;
    let sent = 0;
    for (const file of files) sent += await send(file, parentElement, state.data);
    state.busy = button.disabled = false;
    if (sent) setTriggerValue("sent", { count: sent, at: Date.now() });
  };
}

async function send(file, root, data) {
  say(root, data.sending);
  try {
    const id = crypto.randomUUID ? crypto.randomUUID() : uuid();
    const body = await shrink(file);
    const answer = await fetch(`/api/v1/photos?observation=${data.observation}&id=${id}`, { method: "POST", body, headers: { "Content-Type": body.type || "application/octet-stream" } });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      say(root, problem.reason || data.failed, true);
      return 0;
    }
    say(root, "");
    return 1;
  } catch {
    say(root, data.failed, true);
    return 0;
  }
}

async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8))) || file;
  } catch {
    return file; /* the server says what is wrong with it */
  }
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function say(root, text, wrong = false) {
  const line = root.querySelector("p");
  line.textContent = text;
  line.className = wrong ? "wrong" : "";
}
