// Beside Streamlit's pages: the worker that makes the app open without a line, the count of what waits, the half-filled
// form taken along, and the question before signing out.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { keep, outbox, sender, vault } = Fieldapp;
  const SETTLE_MS = 300;
  const now = { user: null, signin: false, timer: 0, carried: "", through: false, prompt: null };
  const language = () => (document.documentElement.lang === "en" ? "en" : "da");
  const t = (key, values = {}) => (Fieldapp.words[language()][key] || "").replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  function made(tag, className, text = "", act = null) {
    const element = Object.assign(document.createElement(tag), { className, textContent: text });
    if (tag === "button") Object.assign(element, { type: "button", onclick: act });
    return element;
  }

  // --- what waits, in a line of its own that pushes the page down
  const waiting = Object.assign(made("a", "fa-waiting"), { href: "/offline", hidden: true });

  async function count() {
    const { waiting: all, needs, unplaced } = now.user ? await outbox.counts(now.user) : { waiting: 0, needs: 0, unplaced: 0 };
    const parts = [];
    if (all) parts.push(t(now.signin ? "sign_in_to_send" : "waiting", { n: all }));
    if (unplaced) parts.push(t("unplaced", { n: unplaced }));
    if (needs) parts.push(t("needs_you", { n: needs }));
    const text = parts.join(" · ");
    if (waiting.textContent !== text) waiting.textContent = text;
    waiting.hidden = !text;
    document.documentElement.classList.toggle("fa-waits", Boolean(text));
  }

  // --- the half-filled form: what Python has read, and what was written in the note since
  async function carry() {
    const parts = [...document.querySelectorAll(".fa-carry")].map((one) => one.dataset.carry);
    const said = Object.assign({}, ...parts.map((one) => JSON.parse(one)));
    const unsent = noteOf(said.id), told = parts.join() + unsent.note;
    if (!parts.length || told === now.carried || !now.user) return undefined;
    now.carried = told;
    const { id, lat, lon, accuracy_m, position_source, observed_at: exact, ...typed } = { ...said, ...unsent };
    if (!Object.values(typed).some((value) => (Array.isArray(value) ? value.length : value && value !== "now"))) return keep.carryNothing(now.user);
    const place = { lat, lon, accuracy_m, position_source };
    return keep.carry(now.user, { id, ...typed, ...(typeof lat === "number" ? place : {}), ...(exact ? { exact: keep.localText(new Date(exact)) } : {}) });
  }

  function noteOf(id) {
    try {
      const found = JSON.parse(localStorage.getItem(`fieldapp-note-${id}`));
      return found && found.text ? { note: found.text, spared: found.spared || [] } : {};
    } catch {
      return {};
    }
  }

  // --- the phone's own choice, drawn where Python has left room for it
  async function fieldMode() {
    const room = document.querySelector(".fa-field:empty");
    if (!room || !now.user) return;
    const label = made("label", "fa-choice"), box = Object.assign(document.createElement("input"), { type: "checkbox", id: "fa-field" });
    box.onchange = () => keep.setDevice({ field: box.checked });
    label.append(box, made("span", "", t("field_mode")));
    room.append(label, made("p", "", t("field_mode_said")));
    box.checked = await keep.fieldMode();
  }

  // --- signing out: only what is sent goes without a question; a presence that lasts has its stop still to come
  async function left() {
    const { waiting: sendable, needs, unplaced } = await outbox.counts(now.user);
    const running = (await outbox.running(now.user)) ? 1 : 0;
    return { n: sendable + needs + unplaced + running, sendable: sendable > 0 };
  }

  async function leaving(event) {
    const button = event.target.closest && event.target.closest(".st-key-sign_out button");
    if (!button || now.through || !now.user) return;
    event.preventDefault();
    event.stopPropagation();
    const { n, sendable } = await left().catch(() => ({ n: 0, sendable: false }));
    const go = async (how) => {
      await keep.leave(now.user, how).catch(() => {}); // a record saved in this moment stays, sealed
      await tidy(how).catch(() => {});
      now.through = true;
      button.click();
    };
    return n ? ask(n, sendable, go) : go({});
  }

  // A half-written note has been carried over, sealed, where something is to stay; and tiles tell what was looked at.
  async function tidy({ wipe = true }) {
    for (const key of Object.keys(localStorage)) if (key.startsWith("fieldapp-note-")) localStorage.removeItem(key);
    if (wipe) await caches.delete("fieldapp-tiles");
  }

  // What only its writer can mend is not offered to be sent.
  function ask(n, sendable, go) {
    const dialog = made("dialog", "fa-ask"), title = made("h2", "", t(n === 1 ? "sign_out_one" : "sign_out_many", { n }));
    title.id = "fa-ask-title";
    dialog.setAttribute("aria-labelledby", title.id);
    const said = made("p", "", t("sign_out_ask"));
    said.setAttribute("role", "status");
    const close = () => { dialog.close(); dialog.remove(); };
    const send = made("button", "main", t("sign_out_send"), async () => {
      said.textContent = t("sending");
      await sender.flush({ hurry: true });
      if ((await left()).n) { said.textContent = t("sign_out_failed"); return; }
      close();
      await go({});
    });
    dialog.append(
      title, said, sendable ? send : Object.assign(made("a", "main", t("look")), { href: "/offline" }),
      made("button", "", t("sign_out_keep"), () => { close(); go({ wipe: false }); }),
      made("button", "wrong", t("sign_out_delete"), () => { close(); go({ records: true }); }),
      made("button", "", t("sign_out_stay"), close),
    );
    dialog.oncancel = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
  }

  // --- the hint to install, once, and never over the form
  function hint() {
    if (!now.prompt || location.pathname === "/ny" || !matchMedia("(pointer: coarse)").matches || localStorage.getItem("fieldapp-hint") || document.querySelector(".fa-hint")) return;
    const box = made("div", "fa-hint"), done = () => { localStorage.setItem("fieldapp-hint", "1"); box.remove(); };
    box.setAttribute("role", "status");
    const yes = made("button", "main", t("install_yes"), () => { done(); now.prompt.prompt(); });
    box.append(made("p", "", t("install")), yes, made("button", "", t("install_no"), done));
    document.body.append(box);
  }

  function settled() {
    clearTimeout(now.timer);
    now.timer = setTimeout(() => { carry().catch(() => {}); fieldMode(); hint(); }, SETTLE_MS);
  }

  async function start() {
    document.body.prepend(waiting);
    document.addEventListener("click", (event) => { leaving(event); }, true);
    // A page that is only got ready does nothing yet.
    if (document.prerendering) await new Promise((resolve) => { document.addEventListener("prerenderingchange", resolve, { once: true }); });
    addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); now.prompt = event; hint(); });
    if (navigator.serviceWorker) navigator.serviceWorker.register("/sw.js").catch(() => {});
    now.user = (await keep.device()).user;
    await keep.refresh();
    now.user = (await keep.device()).user;
    if (navigator.serviceWorker?.controller) navigator.serviceWorker.controller.postMessage("complete");
    vault.listen((news) => {
      if (news.kind === "signin") now.signin = true;
      if (news.kind === "confirmed") now.signin = false;
      count();
    });
    await count();
    sender.start();
    document.addEventListener("fieldapp-settled", settled);
    document.addEventListener("input", settled, true);
    settled();
  }

  start().catch((error) => self.console.error(error));
})();
