// «Tilføj fund»: what it is about, where, and on wish words, feeling and photos; kept on the phone before it is sent.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { vault, outbox, place, live, gate } = Fieldapp;
  const KEEP_MS = 250, PHOTOS_MOST = 4, POSITION_MS = 10_000, NEAR_M = 30;
  const FEELINGS = ["feeling_dark", "feeling_day"];
  const find = (id) => document.getElementById(id);
  const t = (key, values) => Fieldapp.text(key, values);
  const state = { draft: null, gps: null, map: null, module: null, host: null, shown: new Map(), timer: 0, saving: false, last: null, all: true };
  const texts = { note: { text: "", spared: [] }, proposal: { text: "", spared: [] } };
  const fields = {};

  const empty = () => ({ id: vault.newId(), item: "", good: false, photos: [], texts: {} });
  const items = () => live.now.view.walk.checklist;
  const item = () => items().find((one) => one.key === state.draft.item);
  const byHand = () => state.draft.lat !== undefined && state.draft.position_source !== "gps";

  async function start() {
    if (state.gps) return;
    for (const name of Object.keys(texts)) fields[name] = gate.field(find(name), find(`${name}-gate`), texts[name], changed);
    for (const name of FEELINGS) find(name).replaceChildren(...[1, 2, 3, 4, 5, 6, 7].map((n) => choice(name, n)));
    state.draft = (await vault.kept(live.now.user, "draft")) || empty();
    for (const name of Object.keys(texts)) if (state.draft.texts[name]) fields[name].set(state.draft.texts[name].text, state.draft.texts[name].spared);
    if (!byHand()) forgetPlace(); // where the phone was when the page was last open
    state.gps = place.watch(onPosition);
    listen();
  }

  function choice(name, n) {
    const line = Object.assign(document.createElement("label"), { className: "choice" });
    const input = Object.assign(document.createElement("input"), { type: "radio", name, value: String(n) });
    line.append(input, Object.assign(document.createElement("span"), { textContent: String(n) }));
    return line;
  }

  // --- kept while it is typed
  function changed(said = {}) {
    Object.assign(state.draft, said, { texts: structuredClone(texts) });
    clearTimeout(state.timer);
    state.timer = setTimeout(store, KEEP_MS);
  }

  async function store() {
    clearTimeout(state.timer);
    await vault.keep(live.now.user, "draft", state.draft, { sealed: true }).catch((error) => say(error.reason === "full" ? "full" : "failed"));
  }

  // --- the dialog
  function open(key = "") {
    changed({ item: key || state.draft.item });
    state.all = !state.draft.item;
    draw();
    if (!find("form-box").open) find("form-box").showModal();
    (key ? find("save") : find("form-title")).focus();
  }

  function draw() {
    const { draft } = state;
    find("form-items").replaceChildren(...items().map((one) => {
      const line = choice("item", one.key);
      line.lastChild.textContent = one.label;
      line.firstChild.checked = one.key === draft.item;
      return line;
    }));
    drawItem();
    for (const name of FEELINGS) for (const input of find(name).querySelectorAll("input")) input.checked = String(draft[name] ?? "") === input.value;
    if (texts.note.text || texts.proposal.text || draft.photos.length || FEELINGS.some((name) => draft[name])) find("more").open = true;
    drawPlace();
    drawPhotos();
  }

  // Chosen once, the list makes room for the rest.
  function drawItem() {
    const one = item();
    find("items-box").hidden = Boolean(one) && !state.all;
    find("chosen").hidden = !one || state.all;
    find("chosen-text").textContent = one ? one.label : "";
    find("item-hint").textContent = one ? one.hint : "";
    find("good").checked = state.draft.good || Boolean(one && one.good);
    find("good").disabled = Boolean(one && one.good);
    drawNear();
  }

  // Somebody may have said it already: better two who stand behind one finding than two findings.
  const near = () => [...live.now.findings.values()]
    .filter((one) => one.item === state.draft.item && !one.merged_into && !one.mine && !one.supported)
    .map((one) => ({ one, away: place.metres(one, state.draft) }))
    .sort((a, b) => a.away - b.away).find(({ away }) => away <= NEAR_M);

  function drawNear() {
    const found = state.draft.item && state.draft.lat !== undefined ? near() : undefined;
    find("near").hidden = !found;
    if (!found) return;
    const { one, away } = found;
    Fieldapp.draw.put("near-text", t("near", { n: one.number, label: one.label, away: Math.max(1, Math.round(away)), note: one.note ? `: «${one.note}»` : "" }));
    find("near-support").onclick = async () => { find("form-box").close(); await Fieldapp.draw.support(one); };
  }

  function say(key, values) {
    find("said").textContent = key ? t(key, values) : "";
    find("said").hidden = !key;
  }

  // --- where
  function onPosition({ fix }) {
    if (fix && !byHand()) Object.assign(state.draft, { lat: fix.lat, lon: fix.lon, accuracy_m: fix.accuracy_m, position_source: "gps" });
    drawPlace();
  }

  function drawPlace() {
    if (!state.gps) return;
    const { state: looking, fix } = state.gps.now, hand = byHand();
    const accuracy = fix ? place.accuracy(fix.accuracy_m, document.documentElement.lang) : "";
    const text = t(`gps_${hand ? "manual" : looking}`, { accuracy });
    if (find("gps").textContent !== text) find("gps").textContent = text;
    find("gps").dataset.state = hand ? "manual" : looking;
    find("use-gps").hidden = !hand;
    drawNear();
    if (state.map) state.map.show(state.draft.lat === undefined ? null : state.draft, hand ? null : state.draft.accuracy_m);
  }

  function put(at, source) {
    delete state.draft.accuracy_m;
    changed({ lat: at.lat, lon: at.lon, position_source: source });
    say("");
    drawPlace();
  }

  function forgetPlace() {
    for (const name of ["lat", "lon", "accuracy_m", "position_source"]) delete state.draft[name];
  }

  function followGps() {
    forgetPlace();
    state.gps.start();
    onPosition(state.gps.now);
  }

  async function toggleMap() {
    const shown = find("form-map-box").hidden;
    find("form-map-box").hidden = !shown;
    find("form-show-map").setAttribute("aria-expanded", String(shown));
    find("form-show-map").textContent = t(shown ? "hide_map" : "show_map");
    if (!shown || state.map) return state.map && state.map.resize();
    try {
      const at = state.draft.lat === undefined ? null : state.draft;
      state.map = await Fieldapp.walkMap(find("form-map"), { at, choose: (spot) => put(spot, "map") });
      drawPlace();
    } catch {
      find("form-map-said").textContent = t("no_map");
    }
  }

  // --- photos: shrunk and covered in the same editor as everywhere, kept sealed until they are sent
  async function drawPhotos() {
    if (!find("more").open) return;
    try {
      state.module ||= await import(Fieldapp.files.photos);
      state.host ||= room(find("photos"), state.module);
      const left = PHOTOS_MOST - state.draft.photos.length;
      const words = Object.fromEntries(Object.entries(Fieldapp.texts).filter(([key]) => key.startsWith("photo_")).map(([key, text]) => [key.slice(6), text]));
      const data = { label: left ? words.take : t("photo_most", { n: PHOTOS_MOST }), left, observation: state.draft.id, look: `${live.base}/look`, words };
      state.module.default({ data, parentElement: state.host, setTriggerValue: drawPhotos, keep: takePhoto });
    } catch { /* fetched again when the folder is opened again */ }
    await thumbnails();
  }

  function room(host, { html, css }) {
    const root = host.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = html;
    return root;
  }

  async function takePhoto({ id, blob }) {
    try {
      const { user } = live.now;
      await vault.keep(user, `photo/${id}`, await vault.seal(user, `photo/${id}`, await blob.arrayBuffer()));
      changed({ photos: [...state.draft.photos, { id }] });
      await store();
      await thumbnails();
      return { why: "", again: false };
    } catch (error) {
      return { why: t(error.reason === "full" ? "full" : "photo_failed"), again: true };
    }
  }

  async function blobOf(id) {
    const { user } = live.now, sealed = await vault.kept(user, `photo/${id}`);
    return sealed ? new Blob([await vault.open(user, `photo/${id}`, sealed)], { type: "image/jpeg" }) : null;
  }

  async function thumbnails() {
    const { photos } = state.draft;
    for (const [id, address] of state.shown) if (!photos.some((one) => one.id === id)) { URL.revokeObjectURL(address); state.shown.delete(id); }
    for (const { id } of photos) {
      const blob = state.shown.has(id) ? null : await blobOf(id).catch(() => null);
      if (blob) state.shown.set(id, URL.createObjectURL(blob));
    }
    find("thumbs").replaceChildren(...photos.map(({ id }, n) => {
      const line = document.createElement("li");
      line.append(Object.assign(document.createElement("img"), { alt: `${t("photo_alt")} ${n + 1}`, src: state.shown.get(id) || "" }));
      line.append(Object.assign(document.createElement("button"), { type: "button", textContent: t("photo_remove", { n: n + 1 }), onclick: async () => {
        changed({ photos: state.draft.photos.filter((one) => one.id !== id) });
        await vault.forget(live.now.user, `photo/${id}`);
        await drawPhotos();
      } }));
      return line;
    }));
  }

  // --- saving
  async function save() {
    if (state.saving) return;
    state.saving = true;
    find("save").disabled = true;
    try {
      if (item() && state.draft.lat === undefined) await positionSoon();
      const why = missing() || (await stopped());
      say(why);
      if (!why) await putAway(await record(), state.draft.photos, item().label);
      else if (why === "place_missing" && find("form-map-box").hidden) await toggleMap();
    } catch (error) {
      say(error.reason === "full" ? "full" : "failed");
    } finally {
      state.saving = false;
      find("save").disabled = false;
    }
  }

  // A thumb is quicker than a satellite: the position may be on its way.
  async function positionSoon() {
    if (["timeout", "unavailable"].includes(state.gps.now.state)) state.gps.start(); // asked again: one may stand in the open by now
    const until = Date.now() + POSITION_MS;
    while (state.draft.lat === undefined && state.gps.now.state === "waiting" && Date.now() < until) {
      say("gps_waiting");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const missing = () => (!item() ? "item_missing" : state.draft.lat === undefined ? "place_missing" : "");

  async function stopped() {
    for (const name of Object.keys(texts)) {
      const found = await fields[name].look();
      if (found === null) return "note_waits";
      if (found) { find("more").open = true; find(name).focus(); return "gate_first"; }
    }
    return "";
  }

  async function record() {
    const { draft } = state;
    const said = {
      id: draft.id, item: draft.item, good: draft.good || undefined, observed_at: new Date().toISOString().replace(/\.\d+/, ""),
      lat: draft.lat, lon: draft.lon, accuracy_m: draft.accuracy_m, position_source: draft.position_source,
      feeling_day: draft.feeling_day, feeling_dark: draft.feeling_dark,
      note: texts.note.text.trim() ? texts.note.text : undefined, not_persons: await fields.note.places(),
      proposal: texts.proposal.text.trim() ? texts.proposal.text : undefined, not_persons_proposal: await fields.proposal.places(),
    };
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && !(Array.isArray(value) && !value.length)));
  }

  async function putAway(said, photos, label) {
    const { user } = live.now;
    const blobs = await Promise.all(photos.map(async ({ id }) => ({ id, blob: await blobOf(id) })));
    if (blobs.some((one) => !one.blob)) throw new Error("a photo is gone");
    await outbox.enqueue(user, said, blobs);
    saved(said.id, label);
    state.draft = { ...empty(), ...(byHand() ? {} : { lat: said.lat, lon: said.lon, accuracy_m: said.accuracy_m, position_source: said.position_source }) };
    for (const name of Object.keys(texts)) fields[name].set("", []);
    await vault.forget(user, "draft");
    for (const { id } of photos) await vault.forget(user, `photo/${id}`);
    find("more").open = false;
    if (find("form-box").open) find("form-box").close();
  }

  function saved(id, label) {
    state.last = id;
    find("saved-text").textContent = t("saved", { label });
    find("undo").hidden = false;
    find("saved").hidden = false;
  }

  // A finding of the walk before: bedre, uændret, værre or væk, in one tap.
  async function check(old, word) {
    const said = {
      id: vault.newId(), item: old.item, checks: old.id, checked: word, lat: old.lat, lon: old.lon, position_source: "walk",
      observed_at: new Date().toISOString().replace(/\.\d+/, ""),
    };
    await putAway(said, [], `${old.label}: ${t(`checked_${word}`)}`);
  }

  // It may still wait here, or be on the server already.
  async function undo() {
    const id = state.last;
    find("undo").hidden = true;
    try {
      await outbox.discard(id);
    } catch { /* it is sent, or being sent */ }
    const { status, data } = await live.post("undo", { finding: id });
    const gone = status === 200 || status === 404;
    find("saved-text").textContent = gone ? t("undone") : t("not_undone", { why: (data && data.reason) || t("offline") });
    await live.poll();
  }

  function listen() {
    find("form").onsubmit = (event) => { event.preventDefault(); save(); };
    find("form").addEventListener("change", (event) => picked(event.target));
    find("form-close").onclick = () => find("form-box").close();
    find("other-item").onclick = () => { state.all = true; drawItem(); find("form-items").querySelector("input:checked").focus(); };
    find("use-gps").onclick = followGps;
    find("form-show-map").onclick = toggleMap;
    find("at-meeting").onclick = () => { const [lon, lat] = live.now.view.walk.meeting; put({ lat, lon }, "walk"); };
    find("more").addEventListener("toggle", () => { if (find("more").open) { drawPhotos(); gate.loaded(); } });
    find("undo").onclick = undo;
    document.addEventListener("visibilitychange", () => { if (document.hidden && state.timer) store(); });
  }

  function picked(input) {
    if (input.id === "good") return changed({ good: input.checked });
    if (input.type !== "radio") return undefined;
    changed({ [input.name]: input.name === "item" ? input.value : Number(input.value) });
    if (input.name === "item") {
      state.all = false;
      drawItem();
      find("save").focus();
    }
    return say("");
  }

  Fieldapp.add = { start, open, check };
})();
