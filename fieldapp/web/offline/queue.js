// What waits on the phone: always counted at the top, and a list to look into, place, mend, keep as a file or discard.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { outbox, sender, form } = Fieldapp;
  const { find } = form;
  const DAY_MS = 24 * 3600_000;
  const now = { user: null, signin: false, away: false };
  const t = (key, values) => Fieldapp.text(key, values);

  // «kl. 14.05», and another day by its name.
  function time(text) {
    const moment = new Date(text), language = document.documentElement.lang;
    const clock = moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
    if (moment.toDateString() === new Date().toDateString()) return t("today", { time: clock });
    return t("on_day", { day: moment.toLocaleDateString(language, { weekday: "short", day: "numeric", month: "short" }), time: clock });
  }

  async function show() {
    if (!now.user) return said("away", now.away ? t("offline") : "");
    const { waiting, needs, unplaced, oldest } = await outbox.counts(now.user);
    const all = waiting + needs + unplaced;
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
    warnOld(oldest);
    if (find("queue").open) await list();
  }

  function said(kind, text) {
    find("state").dataset.kind = kind;
    form.put("state-text", text);
  }

  function warnOld(oldest) {
    const old = Boolean(oldest) && Date.now() - Date.parse(oldest) > DAY_MS;
    Fieldapp.notice("old", old ? t("old") : "");
  }

  // --- the list
  async function list() {
    const rows = await outbox.list(now.user);
    find("queue-empty").hidden = Boolean(rows.length);
    find("queue-ways").hidden = !rows.length;
    find("queue-list").replaceChildren(...rows.map(line));
  }

  function line(row) {
    const item = document.createElement("li"), { record } = row;
    const kept = form.state.kept, one = record && kept.form.categories.find((known) => known.key === record.category);
    item.append(
      part("h3", one ? `${one.icon} ${one.label}` : t("title")),
      part("p", [time((record && record.observed_at) || row.created_at), record && where(record), photos(row)].filter(Boolean).join(" · ")),
      ...(record && record.note ? [part("p", record.note, "note")] : []),
      Object.assign(part("p", became(row), "became"), {}),
    );
    item.querySelector(".became").dataset.state = row.state;
    item.append(ways(row));
    return item;
  }

  function part(tag, text, name = "") {
    return Object.assign(document.createElement(tag), { textContent: text, className: name });
  }

  function where(record) {
    if (record.lat === undefined) return t("no_place");
    const { district, place } = Fieldapp.place.describe(record, form.state.kept);
    return [district ? district.name : t("outside"), place && t("by", { place })].filter(Boolean).join(", ");
  }

  function photos({ photos: all }) {
    return all.length ? t(all.length === 1 ? "photo_one" : "photo_many", { n: all.length }) : "";
  }

  function became({ state, problem }) {
    if (!problem) return t(`state_${state}`);
    if (problem.code === "locked") return t("locked");
    return problem.code === "conflict" ? t("conflict") : t("problem", { why: problem.text || problem.code });
  }

  function ways(row) {
    const box = document.createElement("div");
    box.className = "ways";
    const open = row.record && !row.frozen && !row.stored && row.state !== "sending";
    if (open) box.append(button(t(row.state === "unplaced" ? "set_place" : "edit"), () => { find("queue").close(); form.mend(row); }));
    else if (row.state !== "needs") box.append(part("p", t("state_frozen"), "hint"));
    if (row.state === "needs" && row.record) box.append(...onceMore(row));
    box.append(button(t("discard"), () => ask(box, row)));
    return box;
  }

  // What the server refused is sent as it is once more, or without the photo it would not have.
  function onceMore({ id, problem }) {
    const act = (work) => async () => { await work().catch(() => {}); await show(); };
    const found = [button(t("again"), act(() => outbox.again(id)))];
    if (problem && problem.photo) found.push(button(t("without_photo"), act(() => outbox.replacePhoto(problem.photo))));
    return found;
  }

  function button(text, act) {
    const made = part("button", text);
    made.type = "button";
    made.onclick = act;
    return made;
  }

  // It cannot be undone, so it is asked; the question stands where the button was.
  function ask(box, row) {
    const sure = button(t("discard_sure"), () => discard(row));
    box.replaceChildren(part("p", t("discard_ask")), sure, button(t("keep_it"), list));
    sure.focus();
  }

  async function discard(row) {
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

  function start(user) {
    now.user = user;
    find("look").onclick = open;
    find("queue-close").onclick = () => find("queue").close();
    find("as-file").onclick = asFile;
    find("send-now").onclick = async () => { const { reason } = await sender.flush({ hurry: true }); await heard({ signin: "signin", waiting: "offline" }[reason] || "ok"); };
    Fieldapp.vault.listen((news) => {
      if (news.kind === "signin") now.signin = true;
      if (news.kind === "confirmed") now.signin = now.away = false;
      show();
    });
    return show();
  }

  Fieldapp.queue = { start, heard, show, open, isAway: () => now.away };
})();
