// What waits on the phone: always counted at the top, and a list to look into, place, mend, keep as a file or discard.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { outbox, sender, form } = Fieldapp;
  const { find } = form;
  const DAY_MS = 24 * 3600_000;
  const now = { user: null, kept: null, signin: false, away: false, sending: false };
  const drawn = new Map(); // id → the line on the screen and what it was drawn from
  const t = (key, values) => Fieldapp.text(key, values);

  // «kl. 14.05», and another day by its name.
  function time(text) {
    const moment = new Date(text), language = document.documentElement.lang === "en" ? "en-GB" : "da-DK";
    const clock = moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    if (moment.toDateString() === new Date().toDateString()) return t("today", { time: clock });
    return t("on_day", { day: moment.toLocaleDateString(language, { weekday: "short", day: "numeric", month: "short" }), time: clock });
  }

  async function show() {
    if (!now.user) return said(now.away ? "away" : "sent", now.away ? t("offline") : "");
    const { waiting, needs, unplaced, oldest } = await outbox.counts(now.user);
    const all = waiting + needs + unplaced;
    now.sending = waiting > 0;
    const parts = [];
    if (now.away) parts.push(t(all ? "offline" : "offline_ready"));
    if (waiting) parts.push(t(now.signin ? "sign_in_to_send" : "waiting", { n: waiting }));
    if (unplaced) parts.push(t("unplaced", { n: unplaced }));
    if (needs) parts.push(t("needs_you", { n: needs }));
    if (oldest && waiting) parts.push(t("oldest", { time: time(oldest) }));
    const kind = needs || unplaced ? "need" : now.away ? "away" : waiting ? "wait" : "sent";
    said(kind, parts.join(" · ") || t("all_sent"));
    find("look").hidden = !all || (now.signin && !needs && !unplaced);
    find("sign-in").hidden = !now.signin || !find("look").hidden;
    find("queue-sign-in").hidden = !now.signin;
    find("send-now").hidden = now.signin;
    warnOld(oldest);
    if (find("queue").open) await list();
  }

  function said(kind, text) {
    find("state").dataset.kind = kind;
    find("state").hidden = !text;
    form.put("state-text", text);
  }

  function warnOld(oldest) {
    const old = Boolean(oldest) && Date.now() - Date.parse(oldest) > DAY_MS;
    Fieldapp.notice("old", old ? t("old") : "");
  }

  // --- the list
  // Only what has changed is drawn again: a question or the focus in another line stays where it is.
  async function list() {
    const rows = await outbox.list(now.user), box = find("queue-list");
    find("queue-empty").hidden = Boolean(rows.length);
    find("queue-ways").hidden = !rows.length;
    rows.forEach((row, place) => {
      const item = itemOf(row), there = box.children[place];
      if (item !== there) box.insertBefore(item, there || null);
    });
    while (box.children.length > rows.length) box.lastElementChild.remove();
    for (const id of [...drawn.keys()]) if (!rows.some((row) => row.id === id)) drawn.delete(id);
    if (find("queue").open && !find("queue").contains(document.activeElement)) find("queue-title").focus();
  }

  function itemOf(row) {
    const { state, frozen, stored, problem, record, photos: all } = row, before = drawn.get(row.id);
    const told = JSON.stringify([document.documentElement.lang, state, frozen, stored, problem, record, all.length]);
    if (before && (before.asks || before.told === told)) return before.item;
    const item = line(row);
    if (before) before.item.replaceWith(item);
    drawn.set(row.id, { item, told, asks: false });
    return item;
  }

  function line(row) {
    const item = document.createElement("li"), { record } = row;
    const what = [time((record && (record.observed_at || record.started_at)) || row.created_at), record && where(row), photos(row)];
    item.append(part("h3", heading(row)), part("p", what.filter(Boolean).join(" · ")));
    if (record && record.note) item.append(part("p", record.note, "note"));
    const told = part("p", became(row), "became");
    told.dataset.state = row.state;
    item.append(told, ways(row));
    return item;
  }

  function heading({ kind, record }) {
    if (kind === "presence") return t("presence");
    const one = record && now.kept.form.categories.find((known) => known.key === record.category);
    return one ? `${one.icon} ${one.label}` : t("title");
  }

  function part(tag, text, name = "") {
    return Object.assign(document.createElement(tag), { textContent: text, className: name });
  }

  function where({ kind, record }) {
    if (record.lat === undefined) return kind === "presence" ? "" : t("no_place");
    const { district, place } = Fieldapp.place.describe(record, now.kept);
    return [district ? district.name : t("outside"), place && t("by", { place })].filter(Boolean).join(", ");
  }

  function photos({ photos: all }) {
    return all.length ? t(all.length === 1 ? "photo_one" : "photo_many", { n: all.length }) : "";
  }

  // What the server said, in words that tell what to do here.
  function became({ state, problem }) {
    if (!problem) return t(`state_${state}`);
    if (["locked", "conflict"].includes(problem.code)) return t(problem.code);
    if (problem.field === "category") return t("category_gone");
    return t(problem.photo ? "problem_photo" : "problem", { why: problem.text || problem.code });
  }

  function ways(row) {
    const box = document.createElement("div"), { record, state } = row;
    box.className = "ways";
    const open = record && !row.frozen && !row.stored && !["sending", "running"].includes(state);
    const edits = open && row.kind !== "presence" && now.kept.me.records !== false;
    if (edits) box.append(button(t(state === "unplaced" ? "set_place" : "edit"), () => { find("queue").close(); form.mend(row); }));
    if (open && row.kind === "presence" && Fieldapp.presence) box.append(button(t("edit"), () => { find("queue").close(); Fieldapp.presence.mend(row); }));
    if (!open && state === "waiting") box.append(part("p", t("state_frozen"), "hint"));
    if (state === "needs" && record) box.append(...onceMore(row));
    if (!["sending", "running"].includes(state)) box.append(button(t("discard"), () => ask(box, row)));
    return box;
  }

  // What the server refused is sent without the photo it would not have, or as it is once more: a conflict stays one.
  function onceMore({ id, problem }) {
    const act = (work) => async () => { await work().catch(() => {}); await show(); };
    const found = problem && problem.photo ? [button(t("without_photo"), act(() => outbox.replacePhoto(problem.photo)))] : [];
    if (!problem || problem.code !== "conflict") found.push(button(t("again"), act(() => outbox.again(id))));
    return found;
  }

  function button(text, act) {
    const made = part("button", text);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  // It cannot be undone, so it is asked; the question stands where the buttons were, whatever is sent meanwhile.
  function ask(box, row) {
    const keep = async () => {
      Object.assign(drawn.get(row.id), { asks: false, told: "" });
      await list();
      drawn.get(row.id)?.item.querySelector(".ways").lastElementChild.focus();
    };
    const sure = button(t("discard_sure"), () => discard(row));
    drawn.get(row.id).asks = true;
    box.replaceChildren(part("p", t("discard_ask")), sure, button(t("keep_it"), keep));
    sure.focus();
  }

  async function discard(row) {
    Object.assign(drawn.get(row.id), { asks: false, told: "" });
    try {
      await outbox.discard(row.id);
      tell(t("discarded"));
    } catch { /* it has just been sent, or is being sent: the list says so */ }
    await show();
  }

  function tell(text) {
    form.put("queue-said", text);
    find("queue-said").hidden = !text;
  }

  async function asFile() {
    const blob = await outbox.export(now.user);
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `fieldapp-${new Date().toISOString().slice(0, 10)}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async function open() {
    tell("");
    drawn.clear();
    find("queue-list").replaceChildren();
    await list();
    find("queue").showModal();
    find("queue-title").focus();
  }

  // `line` says what became of the last word with the server: ok, offline or signin.
  function heard(line) {
    now.signin = line === "signin";
    now.away = line === "offline" || navigator.onLine === false;
    return show();
  }

  const LINES = { signin: "signin", waiting: "offline" };

  async function sendNow() {
    find("send-now").disabled = true;
    tell(t("state_sending"));
    const { reason } = await sender.flush({ hurry: true });
    find("send-now").disabled = false;
    await heard(LINES[reason] || "ok");
    tell(reason === "waiting" ? t("offline") : "");
    if (find("queue").open && !find("queue").contains(document.activeElement)) find("queue-title").focus();
  }

  // Again with what is newly known; whose it is never changes while the page is open.
  function start(kept) {
    const first = !now.user;
    Object.assign(now, { user: kept.user, kept });
    if (first) listen();
    return show();
  }

  function listen() {
    find("look").onclick = open;
    find("queue-close").onclick = () => find("queue").close();
    find("as-file").onclick = asFile;
    find("send-now").onclick = sendNow;
    Fieldapp.vault.listen((news) => {
      if (news.kind === "signin") now.signin = true;
      if (news.kind === "confirmed") now.signin = now.away = false;
      show();
    });
  }

  Fieldapp.queue = { start, heard, show, open, isAway: () => now.away, isSending: () => now.sending };
})();
