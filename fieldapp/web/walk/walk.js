// The page: who is here, what may be done, how the line is; joins, starts and stops.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { live, draw, add, outbox, sender, vault, setup, place } = Fieldapp;
  const TRACK_MS = 15_000, TRACK_M = 10;
  const LEADS_TO = { start: "running", stop: "meeting" };
  const find = (id) => document.getElementById(id);
  const t = (key, values) => Fieldapp.text(key, values);
  const state = { choosing: false, sending: false, track: [], tracking: 0 };

  Fieldapp.notice = (text) => {
    find("notice").textContent = text;
    find("notice").hidden = !text;
  };

  function localTime(text) {
    return new Date(text).toLocaleString(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }

  // --- who is here
  function show() {
    const { view, gone } = live.now;
    if (gone) { Fieldapp.notice(t("gone")); find("bar").hidden = find("quick").hidden = find("join").hidden = true; }
    if (!view || gone) return line();
    draw.walk();
    draw.old();
    draw.list();
    people(view);
    lead(view);
    return line();
  }

  function people({ me, walk }) {
    const open = !["closed", "cancelled"].includes(walk.state) && Date.now() < Date.parse(walk.adds_until);
    const joined = Boolean(me.user), early = joined && !me.adds && open;
    find("join").hidden = !(state.choosing || (!joined && open));
    find("role-line").hidden = !me.role || state.choosing;
    find("other-role").hidden = !open;
    draw.put("role", t("role", { role: t(`role_${me.role}`) }));
    find("quick").hidden = find("bar").hidden = !me.adds;
    const said = walk.state === "cancelled" ? t("cancelled") : early ? t("early", { time: localTime(walk.opens_at) }) : !open ? t("over") : "";
    if (said !== state.said) { state.said = said; Fieldapp.notice(said); }
    if (!me.adds) return;
    items(walk.checklist);
    if (!state.sending) { state.sending = true; begin(); }
  }

  async function begin() {
    await add.start();
    sender.start();
    await counted();
  }

  function items(checklist) {
    const told = JSON.stringify(checklist);
    if (find("items").dataset.told === told) return;
    find("items").dataset.told = told;
    find("items").replaceChildren(...checklist.map((one) => {
      const button = draw.button(one.good ? `★ ${one.label}` : one.label, () => add.open(one.key));
      button.className = one.good ? "good" : "";
      return button;
    }));
  }

  // Long words may break where they are put together: not every browser knows where that is in Danish.
  const broken = (text) => text.replace(/(\p{L}{5}s)(?=funktionær|medarbejder|bestyrelse)/gu, "$1\u00ad");

  async function join(role) {
    const { status, data } = await live.post("in", { role });
    if (status !== 200) return Fieldapp.notice((data && data.reason) || t("support_failed"));
    state.choosing = false;
    Fieldapp.notice("");
    find("title").focus();
    return live.poll();
  }

  // --- the leader
  function lead({ me, walk }) {
    find("lead").hidden = !me.leads;
    if (!me.leads) return;
    find("start").hidden = walk.state !== "planned";
    find("stop").hidden = walk.state !== "running";
    find("meeting").hidden = !["meeting", "closed"].includes(walk.state);
    find("meeting").href = `/tryghedsvandringer?walk=${walk.id}`;
    const on = me.track && walk.state === "running";
    find("track").hidden = !on;
    if (on && !state.tracking) state.tracking = setInterval(sendTrack, TRACK_MS);
    if (!on && state.tracking) { clearInterval(state.tracking); state.tracking = 0; }
  }

  async function step(name) {
    find("start").disabled = find("stop").disabled = true;
    const { status, data } = await live.post("step", { step: name });
    await live.poll();
    // A second tap, or another phone that was quicker: it is as it was meant to be.
    const done = status === 200 || live.now.view.walk.state === LEADS_TO[name];
    if (!done) Fieldapp.notice(t("step_failed", { why: (data && data.reason) || t("offline") }));
    else Fieldapp.notice(name === "stop" ? t("stopped") : "");
    find("start").disabled = find("stop").disabled = false;
  }

  // Only what the leader has walked while the page was open, and only where it was chosen.
  function walked({ fix }) {
    const last = state.track[state.track.length - 1];
    if (fix && state.tracking && fix.accuracy_m < 50 && (!last || place.metres(fix, last) > TRACK_M)) state.track.push(fix);
  }

  async function sendTrack() {
    const sent = state.track.slice(state.kept || 0);
    if (!sent.length) return;
    const { status } = await live.post("track", { positions: sent.map(({ lat, lon }) => [lon, lat]) });
    if (status === 200) state.kept = (state.kept || 0) + sent.length;
  }

  // --- the line and what waits
  async function counted() {
    await draw.waiting();
    await line();
  }

  async function line() {
    const { user, line: how } = live.now, away = how === "away";
    const { waiting, needs } = user ? await outbox.counts(user).catch(() => ({ waiting: 0, needs: 0 })) : { waiting: 0, needs: 0 };
    const parts = [away && t(waiting ? "offline" : user ? "offline_ready" : "offline"), waiting && t("waiting", { n: waiting }), needs && t("needs_you", { n: needs })].filter(Boolean);
    find("state").dataset.kind = needs ? "need" : away ? "away" : waiting ? "wait" : "sent";
    draw.put("state-text", parts.join(" · ") || t("all_sent"));
  }

  async function start() {
    draw.start();
    find("roles").replaceChildren(...setup.roles.map((role) => draw.button(broken(t(`role_${role}`)), () => join(role))));
    find("other-role").onclick = () => { state.choosing = true; show(); };
    find("add").onclick = () => add.open();
    find("start").onclick = () => step("start");
    find("stop").onclick = () => step("stop");
    find("calendar").href = `${live.base}/walk.ics`;
    find("language").href = `${location.pathname}?lang=${document.documentElement.lang === "en" ? "da" : "en"}`;
    if (setup.staff) { find("language").hidden = true; place.watch(walked); }
    live.hear(show);
    vault.listen((news) => { counted(); if (news.kind === "confirmed") live.poll(); });
    await live.recall().catch(() => {}); // a browser without a vault
    const there = await live.poll();
    if (there && live.now.user && ["meeting", "closed"].includes(live.now.view.walk.state)) live.post("looked", {});
    vault.persist();
    if (navigator.serviceWorker) navigator.serviceWorker.register(setup.worker).catch(() => {});
  }

  start().catch((error) => self.console.error(error));
})();
