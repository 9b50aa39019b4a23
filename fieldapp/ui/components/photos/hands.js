/* What fingers, mouse and keys do in the editor. */
function remember(editor) {
  editor.before.push(editor.photo.boxes.map(({ kind, x, y, w, h, on }) => ({ kind, x, y, w, h, on })));
}

function turn(editor, box) {
  remember(editor);
  box.on = !box.on;
  editor.chosen = box;
  draw(editor);
  box.el.focus({ preventScroll: true, focusVisible: false });
}

function put(box, x, y, w, h) {
  box.w = Math.min(1, Math.max(0.01, w));
  box.h = Math.min(1, Math.max(0.01, h));
  box.x = Math.min(1 - box.w, Math.max(0, x));
  box.y = Math.min(1 - box.h, Math.max(0, y));
}

function added(editor, x, y, w, h) {
  const box = { kind: "hand", on: true };
  put(box, x, y, w, h);
  remember(editor);
  editor.photo.boxes.push(box);
  editor.chosen = box;
  draw(editor);
  return box;
}

function key(editor, box, event) {
  const step = event.shiftKey ? 0.005 : 0.02, grow = { "+": 1.1, "=": 1.1, "-": 1 / 1.1 }[event.key];
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const gone = event.key === "Delete" || event.key === "Backspace";
  if (!way && !grow && !gone) return;
  event.preventDefault();
  if (gone) return box.on && turn(editor, box);
  remember(editor);
  if (way) put(box, box.x + way[0] * step, box.y + way[1] * step, box.w, box.h);
  else put(box, box.x + (box.w * (1 - grow)) / 2, box.y + (box.h * (1 - grow)) / 2, box.w * grow, box.h * grow);
  draw(editor);
}

function listen(editor, find, dialog) {
  const { frame, photo } = editor;
  const undo = () => {
    if (!editor.before.length) return;
    photo.boxes = editor.before.pop();
    editor.chosen = null;
    draw(editor);
  };
  find(".undo").onclick = undo;
  find(".add").onclick = () => added(editor, 0.4, 0.4, 0.2, 0.2).el.focus();
  dialog.onkeydown = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") undo();
  };
  frame.ontouchstart = (event) => event.preventDefault(); /* else the browser sees a fling, and swallows the next tap */
  frame.onpointerdown = (event) => grasp(editor, event);
  frame.onpointermove = (event) => follow(editor, event);
  frame.onpointerup = (event) => letGo(editor, event);
  frame.onpointercancel = () => (editor.moving = null);
}

function place(editor, event) {
  const at = editor.frame.getBoundingClientRect();
  const inside = (value, most) => Math.min(1, Math.max(0, value / most));
  return { x: inside(event.clientX - at.left, at.width), y: inside(event.clientY - at.top, at.height) };
}

function grasp(editor, event) {
  if (!event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  const handle = event.target.closest(".grip"), hit = event.target.closest(".box");
  const box = handle ? editor.chosen : hit && hit.box;
  const does = handle ? handle.dataset.corner : box && box.on ? "move" : "new";
  editor.moving = { does, box, tapped: box, from: place(editor, event), was: box && { ...box }, at: [event.clientX, event.clientY], dragged: false };
  editor.frame.setPointerCapture(event.pointerId);
}

function follow(editor, event) {
  const moving = editor.moving;
  if (!moving || !event.isPrimary) return;
  if (!moving.dragged) {
    if (Math.hypot(event.clientX - moving.at[0], event.clientY - moving.at[1]) < DRAG) return;
    moving.dragged = true;
    if (moving.does === "new") moving.box = added(editor, moving.from.x, moving.from.y, 0, 0);
    else remember(editor);
    editor.chosen = moving.box;
  }
  drag(moving, place(editor, event));
  draw(editor);
}

function drag({ does, box, from, was }, to) {
  if (does === "move") return put(box, was.x + to.x - from.x, was.y + to.y - from.y, was.w, was.h);
  const fixed = { new: from, nw: was && { x: was.x + was.w, y: was.y + was.h }, se: was }[does];
  const corner = does === "new" ? to : { x: (does === "nw" ? was.x : was.x + was.w) + to.x - from.x, y: (does === "nw" ? was.y : was.y + was.h) + to.y - from.y };
  put(box, Math.min(fixed.x, corner.x), Math.min(fixed.y, corner.y), Math.abs(fixed.x - corner.x), Math.abs(fixed.y - corner.y));
}

function letGo(editor, event) {
  const moving = editor.moving;
  editor.moving = null;
  if (!moving || !event.isPrimary) return;
  if (!moving.dragged) {
    if (moving.does === "nw" || moving.does === "se") return;
    if (moving.tapped) return turn(editor, moving.tapped);
    editor.chosen = null;
    return draw(editor);
  }
  const at = pixels(editor, moving.box);
  if (moving.does === "new" && (at.w < LEAST || at.h < LEAST)) {
    editor.photo.boxes.splice(editor.photo.boxes.indexOf(moving.box), 1);
    editor.before.pop();
    editor.chosen = null;
    draw(editor);
  }
}
