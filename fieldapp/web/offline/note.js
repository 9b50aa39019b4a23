// The note: the same field, gate and question as in the Streamlit form, run here without a server.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { form } = Fieldapp;
  const { find } = form;
  const REMIND_MS = 300;
  const now = { module: null, host: null, rev: 1, ask: 0, shown: null, reminding: 0 };
  const t = (key) => Fieldapp.text(key);

  async function loaded() {
    now.module ||= await import(Fieldapp.files.note);
    return now.module;
  }

  // Markup and style of one of the shared components in a room of its own.
  Fieldapp.room = (host, { html, css }) => {
    const root = host.shadowRoot || host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = html;
    return root;
  };

  // Kept at each key, where the field itself tells of its text only after a pause.
  function room(module) {
    const root = Fieldapp.room(find("note"), module);
    root.querySelector("textarea").addEventListener("input", ({ target }) => changed(target.value));
    return root;
  }

  function changed(note) {
    form.changed({ note });
    clearTimeout(now.reminding);
    now.reminding = setTimeout(Fieldapp.duties.draw, REMIND_MS);
  }

  const none = { state: "", title: "", listed: [], segments: [], about: [] };

  function texts() { return form.state.kept.form.gate; }

  async function draw(draft) {
    if (!find("more").open) return;
    try {
      const module = await loaded();
      now.host ||= room(module);
      if (now.shown !== draft.id) { now.shown = draft.id; now.rev += 1; }
      show(none);
    } catch { /* fetched again when the folder is opened again */ }
  }

  function show(found) {
    const { draft, kept } = form.state;
    const data = {
      label: t("note"), placeholder: t("note_example"), max: kept.form.limits.note, draft: "", rev: now.rev, ask: now.ask,
      value: draft.note, stored: true, spared: draft.spared, texts: texts(), ...found,
    };
    const hear = (name, said) => (name === "said" ? wrote(said) : answered(said));
    now.module.default({ data, parentElement: now.host, setStateValue: hear, setTriggerValue: hear });
  }

  function wrote({ text, spared }) {
    changed(text);
    form.changed({ spared: [...new Set([...form.state.draft.spared, ...spared])] });
    form.say("");
  }

  async function answered({ answer, about }) {
    const { draft } = form.state;
    const gate = await now.module.loadGate();
    if (!gate) return;
    if (answer === "remove") { changed(without(gate, draft.note, draft.spared)); now.rev += 1; }
    else form.changed({ spared: [...new Set([...draft.spared, ...about])] });
    form.say("");
    show(findings(gate));
  }

  function findings(gate) {
    const { draft } = form.state;
    return now.module.findingsHere(gate, draft.note, { texts: texts(), spared: draft.spared }, { spared: [] });
  }

  // The text without what stops it; words that are no person stay, and spaces do not pile up.
  function without(gate, text, spared) {
    let left = text;
    for (let again = 0; again < 20; again += 1) {
      const found = gate.check(left).filter((one) => one.hard || !spared.includes(left.slice(one.from, one.to).normalize("NFC").trim().toLowerCase()));
      if (!found.length) break;
      for (const one of found.reverse()) left = left.slice(0, one.from) + left.slice(one.to);
      left = left.replace(/ {2,}/g, " ").replace(/ +([,.!?])/g, "$1").trim();
    }
    return left;
  }

  // → "" when the note may be saved, "hard" or "soft" when not, null when it cannot be looked at.
  async function check(_draft, waiting) {
    const slow = setTimeout(waiting, 300);
    try {
      const module = await loaded();
      const gate = await module.loadGate();
      if (!gate) return null;
      const found = findings(gate);
      if (!found.state) return "";
      find("more").open = true;
      now.host ||= room(module);
      now.ask += 1;
      show(found);
      return found.state;
    } catch {
      return null;
    } finally {
      clearTimeout(slow);
    }
  }

  // Where the words stand that are said to be no person: [start, end] in code points, as the server counts.
  async function places({ note, spared }) {
    const gate = await now.module.loadGate();
    return gate.check(note).filter((one) => !one.hard && spared.includes(note.slice(one.from, one.to).normalize("NFC").trim().toLowerCase()))
      .map((one) => [one.start, one.end]);
  }

  find("more").addEventListener("toggle", () => {
    if (!find("more").open || !form.state.draft) return;
    draw(form.state.draft);
    Fieldapp.photo?.draw(form.state.draft);
    loaded().then((module) => module.loadGate()).catch(() => {});
  });

  Fieldapp.note = { draw, check, places };
})();
