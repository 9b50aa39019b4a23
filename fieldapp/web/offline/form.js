// The form itself: what is typed so far, drawn from the description the server gave.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { keep, outbox, vault, place } = Fieldapp;
  const FIRST = 5;
  const PLACE = ["lat", "lon", "accuracy_m", "position_source", "district_choice"];
  const GROUPS = ["severity", "group_size", "age_band"];
  const find = (id) => document.getElementById(id);
  const state = { kept: null, draft: null, aside: null, mending: null, saved: null, all: false, timer: 0, stored: null, changes: 0, written: 0, more: null, saving: false, drawnMap: null, gps: null };
  const form = (Fieldapp.form = { state });
  const t = (key, values) => Fieldapp.text(key, values);

  const empty = () => ({ id: vault.newId(), when: "now", note: "", spared: [], photos: [], touched: false });
  const category = () => state.kept.form.categories.find((one) => one.key === state.draft.category);
  form.isTyped = () => Boolean(state.draft && state.draft.touched);

  form.start = async (kept) => {
    state.kept = kept;
    state.draft = { ...empty(), ...((await keep.draft(kept.user)) || {}) };
    await form.mendOn();
    build();
    listen();
    state.gps = place.watch(onPosition);
    draw();
    find("present").hidden = !kept.form.presence;
    find("present-go").onclick = more;
    find("form").hidden = false;
    more();
  };

  // What can wait until the form stands: photos, presence, reminders by the note's words, names on the map.
  function more() {
    state.more ||= new Promise((resolve, reject) => {
      document.head.append(Object.assign(document.createElement("script"), { src: Fieldapp.files.more, onload: resolve, onerror: reject }));
    }).then(() => { Fieldapp.duties.draw(); Fieldapp.photo.draw(state.draft); return Fieldapp.presence.start(); }).catch(() => { state.more = null; }); // asked for again at a tap
  }

  // A newer description: the lists are drawn again, what is typed stays.
  form.renew = (kept) => {
    const order = new Map(state.kept.form.categories.map((one, n) => [one.key, n])), last = order.size;
    // Nothing moves under the thumb: the order is the one the page began with.
    const categories = [...kept.form.categories].sort((a, b) => (order.get(a.key) ?? last) - (order.get(b.key) ?? last));
    state.kept = { ...kept, form: { ...kept.form, categories } };
    build();
    draw();
  };

  // --- drawing
  function build() {
    const { fields } = state.kept.form;
    for (const name of ["when", ...GROUPS]) choices(name, fields[name]);
    find("known").replaceChildren(new Option(t("known_none"), ""), ...place.named(state.kept.places).map((one, n) => new Option(one.name, String(n))));
    for (const name of ["when", ...GROUPS]) find(name).setAttribute("role", "group");
    find("known").hidden = find("known").previousElementSibling.hidden = find("known").options.length < 2;
  }

  function choices(name, options) {
    find(name).replaceChildren(...options.map(({ value, label }) => choice(name, value, label)));
  }

  function choice(name, value, label) {
    const line = document.createElement("label");
    line.className = "choice";
    const input = Object.assign(document.createElement("input"), { type: "radio", name, value: String(value) });
    const words = Object.assign(document.createElement("span"), { textContent: label });
    line.append(input, words);
    return line;
  }

  function draw() {
    drawCategories();
    const { draft } = state;
    for (const name of ["when", ...GROUPS]) for (const one of find(name).querySelectorAll("input")) one.checked = String(draft[name] ?? "") === one.value;
    find("exact-box").hidden = draft.when !== "exact";
    if (draft.exact) find("exact").value = draft.exact;
    const more = Boolean(draft.note || draft.photos.length || GROUPS.some((name) => draft[name]));
    if (more) find("more").open = true;
    find("mending").hidden = !state.mending;
    find("save").textContent = t(state.mending ? "mend" : "save");
    Fieldapp.note.draw(draft);
    Fieldapp.photo?.draw(draft);
    drawPlace();
  }

  function drawCategories() {
    const all = state.kept.form.categories, chosen = state.draft.category;
    const first = all.slice(0, FIRST);
    if (chosen && !first.some((one) => one.key === chosen)) first.splice(FIRST - 1, 1, category() || first[FIRST - 1]);
    const wanted = find("search").value.trim().toLocaleLowerCase(document.documentElement.lang);
    const found = all.filter((one) => one.label.toLocaleLowerCase(document.documentElement.lang).includes(wanted));
    const shown = state.all ? (found.length ? found : all) : first;
    find("search-box").hidden = !state.all;
    find("none-named").hidden = !state.all || Boolean(found.length);
    const box = find("categories");
    box.setAttribute("role", "group");
    box.replaceChildren(...shown.map((one) => choice("category", one.key, `${one.icon} ${one.label}`)));
    if (!state.all) box.append(moreButton());
    for (const one of box.querySelectorAll("input")) one.checked = one.value === chosen;
    drawAboutCategory();
  }

  function moreButton() {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: t("more_categories"), id: "more-categories" });
    button.onclick = () => { state.all = true; drawCategories(); find("search").focus(); };
    return button;
  }

  function drawAboutCategory() {
    const one = category();
    for (const part of document.querySelectorAll(".people")) part.hidden = !(one && one.people);
    Fieldapp.duties.draw();
  }

  // --- the place
  const chosenByHand = () => Boolean(state.draft.later || (state.mending && !state.mending.follow)) || (state.draft.lat !== undefined && state.draft.position_source !== "gps");

  function onPosition({ fix }) {
    if (fix && !chosenByHand()) {
      const moved = state.draft.lat === undefined || place.metres(fix, state.draft) > 15;
      Object.assign(state.draft, { lat: fix.lat, lon: fix.lon, accuracy_m: fix.accuracy_m, position_source: "gps" });
      if (moved) delete state.draft.district_choice;
    }
    drawPlace();
  }

  // `at` is {lat, lon}, or null for «later».
  form.choosePlace = (at, source) => {
    for (const name of PLACE) delete state.draft[name];
    form.changed(at ? { lat: at.lat, lon: at.lon, position_source: source, later: false } : { later: true });
    drawPlace();
  };

  function followGps() {
    if (state.mending) state.mending.follow = true;
    for (const name of PLACE) delete state.draft[name];
    form.changed({ later: false });
    state.gps.start();
    onPosition(state.gps.now);
  }

  function drawPlace() {
    if (!state.gps) return;
    const { draft } = state, hand = chosenByHand();
    const { state: looking, fix } = state.gps.now;
    const accuracy = fix ? place.accuracy(fix.accuracy_m, document.documentElement.lang) : "";
    put("gps", draft.later ? t("later_chosen") : t(`gps_${hand ? "manual" : looking}`, { accuracy }));
    find("gps").dataset.state = draft.later ? "later" : hand ? "manual" : looking;
    find("use-gps").hidden = !hand;
    find("later").setAttribute("aria-pressed", String(Boolean(draft.later)));
    drawWords();
    if (state.drawnMap) state.drawnMap.show(draft.lat === undefined ? null : draft, hand ? null : draft.accuracy_m);
  }

  function drawWords() {
    const { draft, kept } = state;
    const about = draft.lat === undefined ? null : place.describe(draft, kept);
    const other = about && about.other;
    const chosen = about && (other && draft.district_choice === other.id ? other : about.district);
    const parts = about ? [chosen ? chosen.name : t("outside"), about.place && t("by", { place: about.place })] : [];
    put("place", kept.districts ? parts.filter(Boolean).join(" · ") : "");
    const hint = about && kept.districts ? (!chosen ? "outside_said" : about.approximate && chosen === about.district ? "approximate" : "") : "";
    put("place-hint", hint && t(hint));
    find("place-hint").hidden = !hint;
    const offered = other && (draft.district_choice === other.id ? about.district : other);
    find("other-district").hidden = !offered;
    if (!offered) return;
    put("other-district", t("other_district", { district: offered.name }));
    find("other-district").onclick = () => { form.changed({ district_choice: offered === other ? other.id : undefined }); drawWords(); };
  }

  async function toggleMap() {
    const open = find("map-box").hidden;
    find("map-box").hidden = !open;
    find("show-map").setAttribute("aria-expanded", String(open));
    put("show-map", t(open ? "hide_map" : "show_map"));
    if (!open || state.drawnMap) return state.drawnMap && state.drawnMap.resize();
    try {
      const words = { zoom_in: t("zoom_in"), zoom_out: t("zoom_out"), map: t("map"), pin: t("pin") };
      const at = state.draft.lat === undefined ? null : state.draft;
      const choose = (spot) => form.choosePlace(spot, "map");
      state.drawnMap = await place.map(find("map"), { files: Fieldapp.files, districts: state.kept.districts, places: state.kept.places, at, words, tiles: Fieldapp.tiles, choose });
      put("map-said", state.kept.districts && state.kept.districts.indicative ? t("indicative") : "");
      drawPlace();
    } catch {
      put("map-said", t("no_map"));
    }
  }

  // --- what people do
  function listen() {
    find("form").addEventListener("change", (event) => picked(event.target));
    find("form").addEventListener("click", (event) => unpicked(event.target));
    find("form").onsubmit = (event) => { event.preventDefault(); form.save(); };
    find("search").oninput = drawCategories;
    find("exact").oninput = () => form.changed({ exact: find("exact").value });
    find("use-gps").onclick = followGps;
    find("later").onclick = () => (state.draft.later ? followGps() : form.choosePlace(null));
    find("show-map").onclick = toggleMap;
    find("known").onchange = (event) => {
      const one = place.named(state.kept.places)[Number(event.target.value)];
      if (event.target.value && one) form.choosePlace(one, "address");
    };
    find("stop-mending").onclick = () => form.mendNothing();
    find("undo").onclick = () => form.undo();
  }

  function picked(input) {
    const { name, value } = input;
    if (input.type !== "radio") return;
    form.changed({ [name]: name === "severity" ? Number(value) : value });
    if (GROUPS.includes(name)) drawAboutCategory();
    if (name === "category") pickedCategory();
    if (name === "when") pickedTime(value);
    say("");
  }

  function pickedCategory() {
    const one = category();
    if (!one.people) for (const group of ["group_size", "age_band"]) { delete state.draft[group]; for (const box of find(group).querySelectorAll("input")) box.checked = false; }
    form.savedGone();
    if (state.all) {
      state.all = false;
      find("search").value = "";
      drawCategories();
      find("categories").querySelector("input:checked").focus();
    } else drawAboutCategory();
  }

  function pickedTime(value) {
    find("exact-box").hidden = value !== "exact";
    if (value === "exact" && !state.draft.exact) { find("exact").value = keep.localText(new Date()); form.changed({ exact: find("exact").value }); }
    drawAboutCategory();
  }

  // A second tap takes back what may be left out.
  let before = null;
  addEventListener("pointerdown", (event) => { before = event.target.closest(".choice")?.querySelector(":checked") || null; }, true);
  function unpicked(input) {
    if (input !== before || !GROUPS.includes(input.name)) return;
    before = null;
    input.checked = false;
    form.changed({ [input.name]: undefined });
    drawAboutCategory();
  }

  function put(id, text) { if (find(id).textContent !== text) find(id).textContent = text; }

  function say(key, values) {
    put("said", key && t(key, values));
    find("said").hidden = !key;
  }

  Object.assign(form, { find, say, put, draw, choice, empty, category, onPosition, localText: keep.localText, PLACE, GROUPS });
})();
