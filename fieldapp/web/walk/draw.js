// The walk on the screen: what it is, the findings in the leader's order, those that wait on the phone, and the map.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { live, place, outbox, setup } = Fieldapp;
  const find = (id) => document.getElementById(id);
  const t = (key, values) => Fieldapp.text(key, values);
  const state = { map: null, marks: null, drawn: new Map() };

  function made(tag, className = "", text = "") {
    return Object.assign(document.createElement(tag), { className, textContent: text });
  }

  function put(id, text) { if (find(id).textContent !== text) find(id).textContent = text; }

  function button(text, act, pressed) {
    const one = Object.assign(made("button", "", text), { type: "button", onclick: act });
    if (pressed !== undefined) one.setAttribute("aria-pressed", String(pressed));
    return one;
  }

  // --- what it is
  function walk() {
    const { walk: about, roles, counts } = live.now.view;
    document.title = `${about.title} – Fieldapp`;
    put("title", about.title);
    put("about", [about.when, t("meet", { place: about.meeting_point }), t(`kind_${about.kind}`).replace(" ", "\u00a0"), about.state_text].join(" · "));
    find("themes-title").hidden = !about.themes.length;
    if (find("themes").children.length !== about.themes.length) find("themes").replaceChildren(...about.themes.map((one) => made("li", "", one)));
    find("length").hidden = !about.length_m;
    put("length", t("length", { length: (about.length_m / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) }));
    const along = Object.entries(roles).map(([role, n]) => `${role} ${n}`).join(", ");
    find("along").hidden = !along;
    put("along", t("along", { roles: along }));
    answered(counts, about.state);
  }

  function answered(counts, phase) {
    find("answers").hidden = !["meeting", "closed"].includes(phase) || !counts.all;
    const parts = [t("counts", counts), ...["reported", "going", "later", "no", "waiting"].filter((name) => counts[name]).map((name) => t(`counts_${name}`, { n: counts[name] }))];
    put("counts", parts.join(" · "));
    const fresh = [...live.now.fresh].map(numberOf).filter(Boolean).sort((a, b) => a - b);
    find("fresh").hidden = !fresh.length;
    put("fresh", `${t("changed")}: ${fresh.map((n) => t("number", { n })).join(", ")}`);
    // The report is for those who are along, and for guests once it is no draft any more.
    find("report").hidden = !(setup.staff || (phase === "closed" && live.now.view.me.role));
    for (const kind of ["html", "pdf"]) find(`report-${kind}`).href = `${setup.staff ? live.base.replace("/walk/", "/vandring/") : live.base}/rapport.${kind}`;
  }

  // --- the findings: a line is drawn anew only when it has changed, so that nothing moves under a finger
  function list() {
    const all = [...live.now.findings.values()].sort((a, b) => Number(b.good) - Number(a.good) || a.rank - b.rank || a.number - b.number);
    const alone = all.filter((one) => !one.merged_into);
    const counted = alone.length === 0 ? t("found_none") : alone.length === 1 ? t("found_one") : t("found_many", { n: alone.length });
    put("found-title", counted);
    put("to-list", counted);
    find("to-list").hidden = !alone.length;
    find("found-none").hidden = alone.length > 0 || !live.now.view.me.adds;
    const lines = all.map((one) => {
      const told = JSON.stringify([one, live.now.view.me.adds, one.merged_into && numberOf(one.merged_into)]), known = state.drawn.get(one.id);
      if (known && known.told === told) return known.line;
      const line = finding(one);
      state.drawn.set(one.id, { told, line });
      return line;
    });
    arrange(find("list"), lines);
    marks(alone);
  }

  function arrange(box, lines) {
    lines.forEach((line, n) => { if (box.children[n] !== line) box.insertBefore(line, box.children[n] || null); });
    while (box.children.length > lines.length) box.lastChild.remove();
  }

  const numberOf = (id) => (live.now.findings.get(id) || {}).number;

  function finding(one) {
    const line = made("li", one.merged_into ? "merged" : "");
    line.id = `f-${one.id}`;
    const head = made("h3"), number = made("span", one.good ? "number good" : "number", String(one.number));
    number.title = t("number", { n: one.number });
    head.append(number, made("span", "", `${one.icon} ${one.label}`));
    if (one.good) head.append(made("span", "tag", `★ ${t("good")}`));
    line.append(head, made("p", "about", [one.when, one.place, one.mine && t("mine")].filter(Boolean).join(" · ")));
    if (one.checked_text) line.append(made("p", "", one.checked_text));
    if (one.note) line.append(made("p", "", one.note));
    if (one.proposal) line.append(made("p", "", t("proposal_said", { text: one.proposal })));
    for (const kind of ["dark", "day"]) if (one[`feeling_${kind}`]) line.append(made("p", "", t("feels", { kind: t(`kind_${kind}`).toLowerCase(), n: one[`feeling_${kind}`] })));
    if (one.photos.length) line.append(photos(one));
    if (one.merged_into) line.append(made("p", "about", t("merged", { n: numberOf(one.merged_into) ?? "?" })));
    else line.append(behind(one));
    if (one.answer && one.answer.state !== "waiting") line.append(answer(one.answer));
    return line;
  }

  function answer({ state: what, text, new: fresh }) {
    const line = made("p", "answer", text);
    line.dataset.state = what;
    if (fresh) line.prepend(made("strong", "tag", t("changed")), " ");
    return line;
  }

  function behind(one) {
    const ways = made("div", "ways");
    if (one.support > 1) ways.append(made("span", "tag", t("support_many", { n: one.support })));
    if (!one.mine && live.now.view.me.adds) {
      ways.append(button(t(one.supported ? "supported" : "support"), () => support(one), one.supported));
    }
    if (live.now.view.me.leads) ways.append(button(t("take_back"), () => takeBack(one)));
    return ways;
  }

  async function support(one) {
    const { status, data } = await live.post("support", { finding: one.id, yes: !one.supported });
    if (status !== 200) Fieldapp.notice((data && data.reason) || t("support_failed"));
    await live.poll();
  }

  async function takeBack(one) {
    const { status, data } = await live.post("undo", { finding: one.id });
    if (status !== 200) Fieldapp.notice(t("not_undone", { why: (data && data.reason) || t("offline") }));
    await live.poll();
  }

  function photos(one) {
    const box = made("ul", "thumbs");
    for (const [n, id] of one.photos.entries()) {
      const line = made("li"), image = Object.assign(made("img"), { src: `${live.base}/photo/${id}?size=thumb`, alt: `${t("photo")} ${n + 1}`, loading: "lazy" });
      const open = button("", () => large(id, image.alt));
      open.setAttribute("aria-label", `${t("photo_open")}: ${t("number", { n: one.number })}, ${image.alt}`);
      open.append(image);
      line.append(open);
      box.append(line);
    }
    return box;
  }

  function large(id, alt) {
    Object.assign(find("photo-large"), { src: `${live.base}/photo/${id}`, alt });
    find("photo-box").setAttribute("aria-label", alt);
    find("photo-box").showModal();
  }

  // --- the walk before
  function old() {
    const { old: before, me } = live.now.view;
    const looked = new Map([...live.now.findings.values()].filter((one) => one.checks).map((one) => [one.checks, one.checked]));
    find("old").hidden = !before.length;
    const told = JSON.stringify([before, [...looked], me.adds]);
    if (find("old").dataset.told === told) return;
    find("old").dataset.told = told;
    // What nobody has looked at yet comes first.
    const inTurn = [...before].sort((a, b) => Number(looked.has(a.id)) - Number(looked.has(b.id)));
    find("old-list").replaceChildren(...inTurn.map((one) => {
      const line = made("li"), head = made("h3");
      head.append(made("span", "number", String(one.number)), made("span", "", `${one.icon} ${one.label}`));
      line.append(head, ...(one.note ? [made("p", "", one.note)] : []), ...(one.place ? [made("p", "about", one.place)] : []));
      if (looked.has(one.id)) line.append(made("p", "answer", t("old_done", { what: t(`checked_${looked.get(one.id)}`) })));
      else if (me.adds) {
        const ways = made("div", "ways");
        for (const word of ["better", "same", "worse", "gone"]) ways.append(button(t(`checked_${word}`), () => Fieldapp.add.check(one, word)));
        line.append(ways);
      }
      return line;
    }));
  }

  // --- what waits here
  async function waiting() {
    const { user, view } = live.now;
    if (!user || !view) return;
    const rows = (await outbox.list(user)).filter((row) => !row.stored || row.photos.length);
    find("waiting").replaceChildren(...rows.map((row) => {
      const line = made("li"), one = row.record && view.walk.checklist.find((known) => known.key === row.record.item);
      line.append(made("h3", "", one ? one.label : t("add")));
      if (row.record && row.record.note) line.append(made("p", "", row.record.note));
      const needs = row.state === "needs";
      line.append(made("p", "about", needs ? t("needs", { why: (row.problem && row.problem.text) || "–" }) : t("waits")));
      if (needs) {
        const ways = made("div", "ways");
        ways.append(button(t("again"), () => outbox.again(row.id)), button(t("discard"), () => outbox.discard(row.id)));
        line.append(ways);
      }
      return line;
    }));
  }

  // --- the map
  Fieldapp.walkMap = async (box, { at = null, choose = () => {} }) => {
    const words = { zoom_in: t("zoom_in"), zoom_out: t("zoom_out"), map: t("map"), pin: t("pin") };
    // A guest's tiles lie below the walk's own address, for who has joined.
    const tiles = setup.tiles && (setup.staff || (live.now.user ? `${live.base}/tiles/{z}/{x}/{y}` : false));
    const drawn = await place.map(box, { files: Fieldapp.files, districts: null, at, words, tiles, choose });
    const { walk: about } = live.now.view, L = self.L, [lon, lat] = about.meeting;
    if (tiles && setup.attribution) L.control.attribution({ prefix: false }).addTo(drawn.view).addAttribution(made("span", "", setup.attribution).outerHTML);
    const turned = (line) => (line || []).map(([x, y]) => [y, x]), route = turned(about.route), area = turned(about.area);
    if (area.length) L.polygon(area, { className: "route area", interactive: false }).addTo(drawn.view);
    if (route.length) L.polyline(route, { className: "route", interactive: false }).addTo(drawn.view);
    L.marker([lat, lon], { icon: mark("M", "mark meet"), title: about.meeting_point, alt: about.meeting_point, keyboard: false }).addTo(drawn.view);
    const around = L.latLngBounds([[lat, lon], ...route, ...area, ...[...live.now.findings.values()].map((one) => [one.lat, one.lon])]).pad(0.2);
    if (!at) drawn.view.fitBounds(around, { maxZoom: 17 });
    return drawn;
  };

  function mark(text, className) {
    return self.L.divIcon({ className: "", html: made("span", className, text), iconSize: [44, 44], iconAnchor: [22, 22] });
  }

  function marks(alone) {
    if (!state.map) return;
    const L = self.L;
    state.marks ||= L.layerGroup().addTo(state.map.view);
    state.marks.clearLayers();
    for (const one of alone) {
      const title = `${t("number", { n: one.number })}: ${one.label}`;
      const pin = L.marker([one.lat, one.lon], { icon: mark(String(one.number), one.good ? "mark good" : "mark"), title, alt: title, keyboard: false });
      pin.on("click", () => find(`f-${one.id}`).scrollIntoView({ block: "center" }));
      pin.addTo(state.marks);
    }
  }

  async function toggleMap() {
    const shown = find("map-box").hidden;
    find("map-box").hidden = !shown;
    find("show-map").setAttribute("aria-expanded", String(shown));
    put("show-map", t(shown ? "hide_map" : "show_map"));
    if (!shown || state.map) return state.map && state.map.resize();
    try {
      state.map = await Fieldapp.walkMap(find("map"), {});
      list();
    } catch {
      put("map-said", t("no_map"));
    }
  }

  function start() {
    find("show-map").onclick = toggleMap;
    find("to-list").onclick = () => { find("found-title").scrollIntoView(); find("found-title").focus({ preventScroll: true }); };
    find("photo-close").onclick = () => find("photo-box").close();
  }

  Fieldapp.draw = { start, walk, list, old, waiting, made, put, button, support };
})();
