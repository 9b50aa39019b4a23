/* The editor of photos.js: a box is {kind, x, y, w, h, on}, in parts of the picture's width and height. */

/* The JPEG with the boxes burnt in, or null when the picture is discarded; `photo.boxes` are kept for another look. */
function edited(state, photo) {
  const { find, words } = state;
  const dialog = find("dialog"), frame = find(".picture"), stage = find(".stage");
  const editor = { photo, words, frame, chosen: null, before: [], scale: 1, moving: null };
  label(find, words);
  frame.replaceChildren(photo.canvas);
  frame.setAttribute("aria-label", words.picture);
  editor.undone = () => (find(".undo").disabled = !editor.before.length);
  const fit = () => {
    editor.scale = Math.min(stage.clientWidth / photo.canvas.width, stage.clientHeight / photo.canvas.height);
    editor.width = photo.canvas.width * editor.scale;
    editor.height = photo.canvas.height * editor.scale;
    for (const one of [frame, photo.canvas]) Object.assign(one.style, { width: `${editor.width}px`, height: `${editor.height}px` });
    draw(editor);
  };
  dialog.showModal();
  find("h2").focus();
  const watch = new ResizeObserver(fit);
  watch.observe(stage);
  listen(editor, find, dialog);
  suggest(editor, find);
  return new Promise((done) => {
    const close = (result) => {
      watch.disconnect();
      dialog.close();
      frame.replaceChildren();
      find(".take").focus();
      done(result);
    };
    find(".use").onclick = async () => {
      find(".use").disabled = true;
      close(await jpegOf(burnt(photo), 0.8));
    };
    find(".discard").onclick = () => close(null);
    dialog.oncancel = (event) => {
      event.preventDefault();
      close(null);
    };
  });
}

function label(find, words) {
  find("h2").textContent = words.title;
  find("h2").tabIndex = -1;
  policy(find("#photo-policy"), words.policy, words.more);
  find(".how.touch").textContent = words.touch;
  find(".how.keys").textContent = words.keys;
  for (const name of ["undo", "add", "discard", "use"]) find(`.${name}`).textContent = words[name];
}

async function suggest(editor, find) {
  const { words, photo } = editor;
  const line = find(".search");
  find(".use").disabled = true;
  line.textContent = words.looking;
  const found = await photo.search;
  if (found && !photo.suggested) {
    photo.suggested = true;
    for (const box of found) photo.boxes.push({ kind: box.kind, x: box.x, y: box.y, w: box.width, h: box.height, on: true });
    editor.before = [];
    draw(editor);
  }
  line.textContent = found ? `${counted(found, words)} ${words.misses}` : words.unchecked;
  find(".use").disabled = false;
}

function counted(found, words) {
  const parts = ["face", "plate"].map((kind) => {
    const n = found.filter((box) => box.kind === kind).length;
    return n && (n === 1 ? words[`one_${kind}`] : words[`many_${kind}`].replace("{n}", n));
  });
  const said = parts.filter(Boolean).join(` ${words.and} `);
  return said ? words.found.replace("{what}", said) : words.none;
}

/* Every pixel a box touches becomes black; the picture below is gone from then on. */
function burnt({ canvas, boxes }) {
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#000";
  for (const box of boxes.filter((one) => one.on)) {
    const left = Math.floor(box.x * canvas.width), top = Math.floor(box.y * canvas.height);
    pen.fillRect(left, top, Math.ceil((box.x + box.w) * canvas.width) - left, Math.ceil((box.y + box.h) * canvas.height) - top);
  }
  return canvas;
}

function draw(editor) {
  const { frame, photo, words } = editor;
  const kept = new Set([...photo.boxes.map((box) => box.el), photo.canvas]);
  for (const child of [...frame.children]) if (!kept.has(child)) child.remove();
  photo.boxes.forEach((box, place) => {
    if (!box.el) box.el = element(editor, box);
    if (frame.children[place + 1] !== box.el) frame.insertBefore(box.el, frame.children[place + 1] || null);
    const at = pixels(editor, box);
    Object.assign(box.el.style, { left: `${at.x}px`, top: `${at.y}px`, width: `${at.w}px`, height: `${at.h}px` });
    const small = at.w < 64 || at.h < 22, chosen = box === editor.chosen;
    box.el.className = ["box", box.on ? "on" : "off", small && "small", chosen && "chosen"].filter(Boolean).join(" ");
    box.el.setAttribute("aria-pressed", String(box.on));
    const said = box.on ? words.covered : words.open;
    const number = photo.boxes.slice(0, place + 1).filter((one) => one.kind === box.kind).length;
    box.el.setAttribute("aria-label", `${words[box.kind].replace("{n}", number)}: ${said}`);
    box.el.firstChild.textContent = small && !chosen ? "" : said;
  });
  if (editor.chosen && editor.chosen.on) frame.append(...["nw", "se"].map((corner) => grip(editor, corner)));
  editor.undone();
}

const pixels = (editor, box) => ({ x: box.x * editor.width, y: box.y * editor.height, w: box.w * editor.width, h: box.h * editor.height });

function element(editor, box) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(document.createElement("span"));
  button.setAttribute("aria-describedby", "photo-keys");
  button.box = box;
  button.onclick = (event) => event.detail === 0 && turn(editor, box); /* keyboard and screen readers; fingers below */
  button.onfocus = () => {
    if (editor.chosen === box || editor.moving) return;
    editor.chosen = box;
    draw(editor);
  };
  button.onkeydown = (event) => key(editor, box, event);
  return button;
}

/* Outside the corner, so that it hides nothing, and inside the picture, so that a finger can reach it. */
function grip(editor, corner) {
  const at = pixels(editor, editor.chosen), out = 14;
  const x = corner === "nw" ? at.x - out : at.x + at.w + out, y = corner === "nw" ? at.y - out : at.y + at.h + out;
  const handle = document.createElement("div");
  handle.className = "grip";
  handle.dataset.corner = corner;
  handle.style.left = `${Math.min(editor.width - 14, Math.max(14, x))}px`;
  handle.style.top = `${Math.min(editor.height - 14, Math.max(14, y))}px`;
  return handle;
}
