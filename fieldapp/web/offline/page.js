// The page: its texts, whose it is, what the phone has, and how the line is.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { keep, sender, form, queue, vault } = Fieldapp;
  const { find } = form;
  const setup = JSON.parse(find("setup").textContent);
  const LEAST_FREE = 20_000_000; // bytes: a handful of photos
  const AGAIN_MS = { ok: 20_000, signin: 20_000, offline: 5_000 };
  const AHEAD_MS = 3_000; // the page's own files first
  const notices = new Map();
  let again = 0, lastLine = "offline";

  Fieldapp.files = setup.files;
  Fieldapp.tiles = setup.tiles;
  Fieldapp.texts = setup.texts;
  Fieldapp.text = (key, values = {}) => (Fieldapp.texts[key] || "").replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  // One line for each kind of news; an empty text takes it away.
  Fieldapp.notice = (kind, text) => {
    if (text) notices.set(kind, text); else notices.delete(kind);
    const lines = [...notices.values()].map((one) => Object.assign(document.createElement("p"), { textContent: one }));
    if (lines.map((one) => one.textContent).join() !== [...find("notice").children].map((one) => one.textContent).join()) find("notice").replaceChildren(...lines);
    find("notice").hidden = !lines.length;
  };

  // The reader's own language, where it is not the server's.
  async function speak(language) {
    if (!setup.files[language] || language === document.documentElement.lang) return;
    const texts = await fetch(setup.files[language]).then((answer) => answer.json()).catch(() => null);
    if (!texts) return;
    Fieldapp.texts = texts;
    document.documentElement.lang = language;
    for (const one of document.querySelectorAll("[data-t]")) one.textContent = texts[one.dataset.t];
    for (const one of document.querySelectorAll("[data-t-placeholder]")) one.placeholder = texts[one.dataset.tPlaceholder];
  }

  // What waits is seen and sent whatever the role has become.
  async function show(kept) {
    await speak(kept.form.language);
    await queue.start(kept);
    sender.start();
    if (kept.me.records === false) return nothing("no_records");
    if (form.state.kept) form.renew(kept); else await form.start(kept);
    find("empty").hidden = true;
    find("form").hidden = false;
    find("field").checked = await keep.fieldMode();
    find("field").onchange = () => keep.setDevice({ field: find("field").checked });
    find("field-box").hidden = false;
    return undefined;
  }

  function nothing(key) {
    find("form").hidden = true;
    find("empty").hidden = false;
    find("empty-text").textContent = Fieldapp.text(key);
    find("empty-sign-in").hidden = key !== "empty" || navigator.onLine === false;
  }

  // Ask the server; what is new is drawn, and another user's page begins anew.
  async function refresh() {
    clearTimeout(again);
    const line = await keep.refresh();
    again = setTimeout(() => (document.hidden ? null : refresh()), AGAIN_MS[line]);
    const { user } = await keep.device();
    if (form.state.kept && user && user !== form.state.kept.user) return location.reload();
    const kept = await keep.load(user);
    if (kept && isNews(kept)) await show(kept);
    if (!kept) nothing("empty");
    if (line === "ok" && queue.isAway()) sender.flush({ hurry: true });
    if (line === "ok") navigator.serviceWorker?.controller?.postMessage("complete");
    await queue.heard(line);
    lastLine = line;
    setTimeout(loadAhead, AHEAD_MS);
  }

  // The whole app is got ready behind the link (Speculation Rules, where the browser has them): not before the form and
  // what waits, not on a dear or poor line, and no longer when the line is away, or the tap would lead to an empty page.
  function loadAhead() {
    const { saveData = false, effectiveType = "4g" } = navigator.connection || {};
    const wanted = lastLine === "ok" && !saveData && !effectiveType.includes("2g") && !find("form").hidden && !queue.isSending();
    find("whole").classList.toggle("ahead", wanted);
  }

  function lost() {
    lastLine = "offline";
    loadAhead();
    return queue.heard("offline");
  }

  function isNews(kept) {
    const shown = form.state.kept;
    return !shown || kept.form.hash !== shown.form.hash || !shown.districts || find("form").hidden === (kept.me.records !== false);
  }

  async function storage() {
    const { free } = await vault.room();
    const full = (free !== null && free < LEAST_FREE) || (await vault.isFull());
    Fieldapp.notice("room", full ? Fieldapp.text("nearly_full") : "");
    await vault.persist();
  }

  // What is saved takes room; what is sent gives it back when the browser tidies up.
  let looking = 0;
  function roomLater({ queued }) {
    if (!queued && !notices.has("room")) return;
    clearTimeout(looking);
    looking = setTimeout(() => storage().catch(() => {}), 2000);
  }

  // A new version waits until nothing half-typed could be in its way.
  async function worker() {
    if (!navigator.serviceWorker) return;
    let known = Boolean(navigator.serviceWorker.controller); // the first worker of all brings nothing new
    navigator.serviceWorker.addEventListener("controllerchange", () => { if (known) newer(); known = true; });
    await navigator.serviceWorker.register("/sw.js");
  }

  function newer() {
    if (!form.isTyped() && !form.state.mending && !find("queue").open) return location.reload();
    find("newer").hidden = false;
    return undefined;
  }

  async function start() {
    find("fictional").hidden = !setup.fictional;
    // The page may stand in for another that could not be fetched: then that one is where the link leads.
    if (!["/", "/offline"].includes(location.pathname)) find("whole").href = location.pathname + location.search;
    find("reload").onclick = () => location.reload();
    const { user } = await keep.device();
    const kept = await keep.load(user);
    if (kept) await show(kept);
    queue.heard(navigator.onLine === false ? "offline" : "ok");
    if (!kept && navigator.onLine === false) nothing("empty");
    storage().catch(() => {}); // a browser that cannot tell
    vault.listen(roomLater);
    await refresh();
    worker().catch(() => {}); // without a worker the page still works while it is open
    addEventListener("online", refresh);
    addEventListener("offline", lost);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  }

  // Got ready in place of a page that could not be fetched: when it is wanted, that one is asked for again.
  if (document.prerendering) document.addEventListener("prerenderingchange", () => location.reload());
  else start().catch((error) => {
    self.console.error(error);
    nothing("empty");
  });
})();
