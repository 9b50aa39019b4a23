// What is known of the walk: asked for every three seconds, only what is new; kept on the phone for when there is no line.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { vault, server } = Fieldapp;
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const base = location.pathname.replace(/\/+$/, "");
  const EVERY_MS = 3_000, AWAY_MS = 5_000, HIDDEN_MS = 30_000;
  const GONE = new Set([404, 410]);
  const now = { user: null, view: null, findings: new Map(), fresh: new Set(), latest: 0, line: "ok", gone: false };
  const ears = new Set();
  let timer = 0, asking = null;

  Fieldapp.setup = setup;
  Fieldapp.files = setup.files;
  Fieldapp.texts = setup.texts;
  Fieldapp.text = (key, values = {}) => (Fieldapp.texts[key] || "").replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  // The outbox sends findings to this walk.
  Fieldapp.ways = { me: `${base}/me`, batch: `${base}/findings`, photos: `${base}/photos` };

  const tell = (kind) => { for (const ear of ears) ear(kind); };

  function take(said) {
    now.view = { ...said, findings: [] };
    now.latest = said.latest;
    now.user = said.me.user || null;
    for (const one of said.findings) {
      if (one.gone) now.findings.delete(one.id); else now.findings.set(one.id, one);
      if (one.answer) one.answer = marked(one.id, one.answer);
    }
    for (const [id, answer] of Object.entries(said.answers)) if (now.findings.has(id)) now.findings.get(id).answer = marked(id, answer);
  }

  // What was new when the page was opened stays marked while it is read.
  function marked(id, answer) {
    if (answer.new) now.fresh.add(id);
    return { ...answer, new: now.fresh.has(id) };
  }

  // One question at a time; → true where the server answered.
  function poll() {
    asking ||= once().finally(() => { asking = null; });
    return asking;
  }

  async function once() {
    clearTimeout(timer);
    const language = document.documentElement.lang;
    const { status, data } = await server.ask(`${base}/walk.json?since=${now.latest}&lang=${language}`);
    if (status === 200 && data) {
      // Another walker at this phone, or a server put back from a backup: begin anew.
      const anew = (now.user && data.me.user && now.user !== data.me.user) || data.latest < now.latest;
      if (anew) { now.findings.clear(); now.latest = 0; }
      if (!anew) take(data);
      Object.assign(now, { line: "ok", gone: false });
      if (!anew) await keep().catch(() => {}); // without room on the phone the page still works while it is open
    } else if (status === 401 && setup.staff) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    else if (GONE.has(status) || status === 401 || status === 403) Object.assign(now, { line: "ok", gone: true });
    else now.line = "away";
    tell(now.line);
    timer = setTimeout(poll, document.hidden ? HIDDEN_MS : now.line === "ok" ? EVERY_MS : AWAY_MS);
    return now.line === "ok" && !now.gone;
  }

  // --- on the phone: whose it is by address, and of whoever that is what was last seen
  async function keep() {
    await vault.keep("", `walk${base}`, now.user);
    if (now.user) await vault.keep(now.user, "walk", { view: now.view, findings: [...now.findings.values()], latest: now.latest });
  }

  async function recall() {
    const user = await vault.kept("", `walk${base}`);
    const kept = user ? await vault.kept(user, "walk") : null;
    if (!kept) return;
    Object.assign(now, { user, view: kept.view, latest: kept.latest });
    for (const one of kept.findings) now.findings.set(one.id, one);
    tell("kept");
  }

  async function post(path, said) {
    return server.ask(`${base}/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) });
  }

  addEventListener("online", poll);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  const hear = (ear) => { ears.add(ear); };
  Fieldapp.live = { base, now, poll, recall, post, hear };
})();
