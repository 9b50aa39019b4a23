// «På stedet»: started and stopped on this phone, in the outbox while it lasts, and sent when it has ended.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { outbox, form, place, vault } = Fieldapp;
  const { state, find, put } = form;
  const TICK_MS = 15_000, NEWS_MS = 120_000, DOUBLE_TAP_MS = 3_000, HOUR_MS = 3_600_000, USUAL_HOURS = 3;
  const now = { row: null, ended: null, said: 0, busy: false };
  const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+/, "");
  const own = () => state.kept.form.presence;

  function t(key, values = {}) {
    return Fieldapp.presenceTexts[document.documentElement.lang][key].replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
  }

  // --- the line at the top
  async function draw() {
    if (!own()) return;
    now.row = await outbox.running(state.kept.user);
    put("present-go", t(now.row ? "stop" : "go"));
    find("present").classList.toggle("running", Boolean(now.row));
    tick();
  }

  function tick() {
    if (Date.now() - now.said > NEWS_MS && find("present-box").hidden) say("");
    put("present-text", now.row && now.row.record ? t("running", told(now.row.record)) : "");
  }

  function told({ activity, started_at, ended_at }) {
    const one = own().activities.find(({ value }) => value === activity);
    return { what: one ? one.label : activity, duration: duration((ended_at ? Date.parse(ended_at) : Date.now()) - Date.parse(started_at)) };
  }

  function duration(ms) {
    const all = Math.max(0, Math.floor(ms / 60_000)), hours = Math.floor(all / 60);
    return t(hours ? "hours" : "minutes", { hours, minutes: hours ? all % 60 : all });
  }

  // News below the line, and what may be taken back.
  function say(text, undo = null) {
    put("present-said", text);
    find("present-undo").hidden = !undo;
    find("present-news").hidden = !text;
    Object.assign(now, { ended: undo, said: Date.now() });
  }

  function heard({ kind, id }) {
    if (kind === "confirmed" && now.ended && now.ended.id === id) find("present-undo").hidden = true;
    if (!now.busy) draw();
  }

  // One thing at a time; what the vault refuses is said, and the line tells what stands.
  async function act(work) {
    if (now.busy) return;
    now.busy = true;
    try {
      await work();
    } catch (error) {
      const gone = ["gone", "sending", "frozen"].includes(error.reason);
      say(gone ? t("sent_already") : Fieldapp.text(error.reason === "full" ? "full" : "failed"));
    } finally {
      now.busy = false;
      await draw();
    }
  }

  // --- start
  function shut() { show(); }

  function show(...parts) {
    find("present-box").replaceChildren(...parts);
    find("present-box").hidden = !parts.length;
    find("present-go").setAttribute("aria-expanded", String(Boolean(parts.length)));
  }

  function openStart() {
    const { activities, reaches, last } = own(), wide = group("present-reach", t("reach"), reaches.filter(({ value }) => value).map(metres), last.reach_m || 250);
    const where = whereList();
    where.onchange = () => { wide.hidden = where.value.startsWith("*"); };
    if (last.reach_m === 0) where.value = nearest();
    where.onchange();
    show(group("present-activity", t("doing"), activities, last.activity), labelled("present-where", t("where"), where), wide, hint(), ways(button("main", t("start"), begin), button("", Fieldapp.text("close"), shut)));
  }

  const metres = ({ value, label }) => ({ value, label: `${label} (${value} m)` });

  // The phone's position, a known place or a whole district.
  function whereList() {
    const { districts, places } = state.kept, list = document.createElement("select");
    const whole = (districts ? districts.features : []).map(({ properties: { id, name } }) => new Option(t("district", { district: name }), `*${id}`));
    list.append(new Option(t("here"), ""), ...place.named(places).map((one, n) => new Option(one.name, String(n))), ...whole);
    return list;
  }

  // Whoever was last in a whole district begins with the one the phone is in.
  function nearest() {
    const { fix } = state.gps.now, about = fix && place.describe(fix, state.kept);
    return about && about.district ? `*${about.district.id}` : "";
  }

  function area() {
    const chosen = find("present-where").value, { fix } = state.gps.now;
    if (chosen.startsWith("*")) return { district: chosen.slice(1), reach_m: 0 };
    const at = chosen ? place.named(state.kept.places)[Number(chosen)] : fix;
    return at ? { lat: at.lat, lon: at.lon, reach_m: Number(picked("present-reach")) } : null;
  }

  const picked = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

  const begin = () => act(async () => {
    const where = area();
    if (!where) return say(t("no_position"));
    const record = { id: vault.newId(), activity: picked("present-activity"), started_at: iso(Date.now()), ...where };
    await outbox.enqueue(state.kept.user, record, [], "presence").catch((error) => { if (error.reason !== "exists") throw error; }); // begun in another tab
    say(t("begun"));
    shut();
    return find("present-go").focus();
  });

  // --- stop
  function stop() {
    const { record } = now.row, begun = Date.parse(record.started_at);
    if (Date.now() - begun < DOUBLE_TAP_MS) return undefined;
    return Date.now() > forgottenAt(begun) ? times(now.row, t("forgotten"), t("forgotten_said")) : end(now.row, Math.max(begun, Date.now()));
  }

  // As `Presence.limit` on the server has it.
  function forgottenAt(begun) {
    const { open_hours: hours, morning } = own().limits, next = new Date(begun);
    next.setDate(next.getDate() + 1);
    return Math.min(begun + hours * HOUR_MS, next.setHours(morning, 0, 0, 0));
  }

  const end = (row, ms, begun = Date.parse(row.record.started_at)) => act(async () => {
    const said = { started_at: iso(begun), ended_at: iso(ms) };
    await outbox.change(row.id, said);
    say(t("saved", told({ ...row.record, ...said })), row.state === "running" ? row : null);
    shut();
  });

  const undo = () => act(async () => {
    await outbox.change(now.ended.id, { ended_at: undefined });
    say(t("goes_on"));
  });

  // --- a stop that was forgotten, or times that the server would not have
  function times(row, title, said) {
    const { record, state: is } = row, begun = Date.parse(record.started_at), running = is === "running";
    const from = clock("present-from", begun), until = clock("present-until", record.ended_at ? Date.parse(record.ended_at) : Math.min(Date.now(), begun + USUAL_HOURS * HOUR_MS));
    const heading = Object.assign(document.createElement("h2"), { textContent: title, tabIndex: -1 });
    const save = () => settle(row, running ? begun : Date.parse(from.value), Date.parse(until.value));
    const discard = button("", t("mistake"), () => act(async () => { await outbox.discard(row.id); say(Fieldapp.text("discarded")); shut(); }));
    const fields = [...(running ? [] : [labelled(from.id, t("from"), from)]), labelled(until.id, t("until"), until)];
    show(heading, ...(said ? [line(said)] : []), ...fields, ways(button("main", t("save"), save), discard, button("", Fieldapp.text("close"), shut)));
    heading.focus();
  }

  function settle(row, begun, ended) {
    const longest = own().limits.hours * HOUR_MS;
    if (begun < ended && ended <= Date.now() && ended - begun <= longest) return end(row, ended, begun);
    return say(t("times_wrong"));
  }

  // --- small parts
  function group(name, title, options, chosen) {
    const set = document.createElement("fieldset"), box = Object.assign(document.createElement("div"), { className: "choices two" });
    box.append(...options.map(({ value, label }) => form.choice(name, value, label)));
    for (const one of box.querySelectorAll("input")) one.checked = one.value === String(chosen);
    set.append(Object.assign(document.createElement("legend"), { textContent: title }), box);
    return set;
  }

  function labelled(id, text, field) {
    const part = document.createElement("div");
    field.id = id;
    part.append(Object.assign(document.createElement("label"), { htmlFor: id, textContent: text }), field);
    return part;
  }

  function clock(id, ms) {
    return Object.assign(document.createElement("input"), { id, type: "datetime-local", value: form.localText(new Date(ms)) });
  }

  const line = (textContent) => Object.assign(document.createElement("p"), { textContent });
  const hint = () => Object.assign(line(t("apart")), { className: "hint" });
  const button = (className, textContent, onclick) => Object.assign(document.createElement("button"), { type: "button", className, textContent, onclick });

  function ways(...buttons) {
    const box = Object.assign(document.createElement("div"), { className: "ways" });
    box.append(...buttons);
    return box;
  }

  function start() {
    find("present-go").onclick = () => (now.row ? stop() : find("present-box").hidden ? openStart() : shut());
    find("present-undo").onclick = undo;
    put("present-undo", t("undo_stop"));
    setInterval(tick, TICK_MS);
    vault.listen(heard);
    return draw();
  }

  // `mend` is for one that waits or was refused.
  Fieldapp.presence = { start, draw, mend: (row) => times(row, t("mend"), row.problem && row.problem.text) };
})();
