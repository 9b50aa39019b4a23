// The sender: empties the outbox of whoever is signed in, one page or worker at a time. Nothing is taken for sent but
// a record or photo that the server has confirmed by name; everything else is tried again, for ever, or shown to its
// writer. All observations go first, then presences, then photos, and a photo only after its own record.
(() => {
  "use strict";
  const Fieldapp = (self.Fieldapp = self.Fieldapp || {});
  const { transact, done, ofUser, open, tell, listen } = Fieldapp.vault;
  const { recover, firstRows, claim, settleWithin } = Fieldapp.outbox;
  const { ask, verdict, problemOf } = Fieldapp.server;
  const LOCK = "fieldapp-send", TAG = "fieldapp-send";
  // Where to: a page that sends its records elsewhere says so in `Fieldapp.ways` before it starts.
  const API = { me: "/api/v1/me", batch: "/api/v1/observations/batch", presence: "/api/v1/presence", photos: "/api/v1/photos" };
  const way = (name) => (Fieldapp.ways || API)[name];
  const MOST = 50, PHOTOS_A_PASS = 10, LONE_TRIES = 3, LOCK_WAIT_MS = 15_000;
  const FIRST_MS = 1_000, LONGEST_MS = 300_000, LOOKED_AT_MS = 10_000, EVERY_MS = 60_000;

  // What this page or worker knows of its connection: failures in a row, quiet until, how many records at a time.
  const line = { tries: 0, until: 0, size: MOST };
  let running = null, following = null, timer = 0, stopListening = null, ticking = 0;

  // --- waiting
  function pause(tries, least = 0) {
    const longest = self.document && self.document.visibilityState === "visible" ? LOOKED_AT_MS : LONGEST_MS;
    const wanted = Math.min(longest, FIRST_MS * 2 ** Math.min(tries - 1, 20));
    return least ? least * (1 + Math.random() / 2) : wanted * (0.5 + Math.random());
  }

  // A clock that was put back must not keep anything waiting for years.
  function isDue(part, hurry) {
    const left = part.next_at - Date.now();
    return left <= 0 || left > 2 * LONGEST_MS || (hurry && !hurry.has(part.id));
  }

  // A server that has just told who is signed in is there: what is lost after that is the line's way, and soon sent again.
  function lineFailed({ status, retryAfter: least }, isThere = true) {
    line.tries = status === 0 && isThere ? Math.min(line.tries + 1, LONE_TRIES) : line.tries + 1;
    line.until = Date.now() + pause(line.tries, least);
  }

  function lineWorks() {
    line.tries = 0;
    line.until = 0;
    line.size = Math.min(MOST, line.size * 2);
  }

  // `always`: it was answered for itself. Otherwise the line may be at fault, and it keeps its place for some tries.
  function putOff(flush, part, least, always) {
    const tries = part.tries + 1;
    if (!always && tries < LONE_TRIES) return { ...part, tries };
    const next_at = Date.now() + pause(tries, least);
    flush.soonest = flush.soonest ? Math.min(flush.soonest, next_at) : next_at;
    return { ...part, tries, next_at };
  }

  // --- records
  // → how the flush goes on: on, waiting (the line failed) or signin.
  async function sendRecords(flush, claimed) {
    const told = { phone_time: new Date().toISOString(), user: flush.user };
    const body = `${JSON.stringify(told).slice(0, -1)},"observations":[${claimed.map((one) => one.text).join(",")}]}`;
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    const answer = await ask(way("batch"), options, body.length);
    const results = answer.status === 200 && answer.data ? answer.data.results : null;
    const one = Array.isArray(results) ? "each" : claimed.length === 1 ? "alone" : "together";
    await applyRecords(flush, claimed.map(({ id }) => ({ id, one, ...meant(id, one, answer, results) })));
    const whole = verdict(answer.status, answer.data, null);
    if (whole === "signin") return whole;
    if (one === "each") {
      lineWorks();
      return "on";
    }
    // What is refused or lost as a whole is sent in smaller parts, until the one at fault stands alone.
    if (!answer.retryAfter) line.size = Math.max(1, claimed.length >> 1);
    if (whole === "needs") return "on";
    lineFailed(answer);
    return "waiting";
  }

  function meant(id, one, answer, results) {
    const said = one === "each" ? results.find((result) => result && result.id === id) : null;
    const status = said ? said.status : answer.status;
    const data = said ? { ...said, ...said.problem, id } : answer.data;
    const known = one === "each" ? Boolean(said) : one === "alone" || status === 401;
    return { status, data, least: answer.retryAfter, verdict: known ? verdict(status, data, id) : "later" };
  }

  async function applyRecords(flush, results) {
    const ended = await transact(["records", "photos"], "readwrite", async (records, photos) => {
      const ids = [];
      for (const result of results) {
        const row = await done(records.get(result.id));
        if (row && await settleWithin(records, photos, afterRecord(flush, row, result)) === "confirmed") ids.push(row.id);
      }
      return ids;
    });
    tellEnded(flush, ended);
  }

  function afterRecord(flush, row, { verdict: known, one, status, data, least }) {
    const next = { ...row, state: "waiting" };
    if (known === "stored") return { ...next, stored: true, problem: null, tries: 0, next_at: 0 };
    // Refused is not stored, so it may be mended; a conflict says that something with this id is.
    if (known === "needs") return { ...next, state: "needs", frozen: data.code === "conflict", problem: problemOf(status, data) };
    if (known === "signin" || one === "together") return next;
    return putOff(flush, next, least, one === "each" || status > 0);
  }

  function tellEnded(flush, ids) {
    flush.confirmed += ids.length;
    for (const id of ids) tell("confirmed", { user: flush.user, id });
    tell("changed", { user: flush.user });
  }

  // --- presence: one at a time, since the server has no batch of them
  async function sendPresence(flush, [{ id, text }]) {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: text };
    const answer = await ask(`${way("presence")}?user=${flush.user}`, options, text.length), { status, data, retryAfter: least } = answer;
    const known = verdict(status, data, id);
    await applyRecords(flush, [{ id, one: "alone", verdict: known, status, data, least }]);
    if (known === "signin") return known;
    // An address that is not there is an older server's: it is tried again.
    if (known === "later" || known === "missing") { lineFailed(answer); return "waiting"; }
    lineWorks();
    return "on";
  }

  // --- photos
  // → on, done (none is due), waiting or signin.
  async function sendPhotos(flush) {
    const due = (photo) => photo.state === "waiting" && isDue(photo, flush.hurry);
    const rows = await firstRows("order", ofUser(flush.user), (row) => row.stored && row.photos.some(due), PHOTOS_A_PASS);
    for (const row of rows) {
      for (const photo of row.photos.filter(due)) {
        if (flush.hurry) flush.hurry.add(photo.id);
        const step = await sendPhoto(flush, row, photo.id);
        if (step === "missing") break;
        if (step !== "on") return step;
      }
    }
    return rows.length ? "on" : "done";
  }

  async function sendPhoto(flush, row, id) {
    const kept = await transact(["photos"], "readonly", (photos) => done(photos.get(id)));
    if (!kept) return "on";
    const bytes = await open(kept.user, id, kept).catch(() => null);
    const answer = bytes ? await ask(...photoRequest(row, kept, bytes)) : { status: 0, data: { code: "locked" }, retryAfter: 0 };
    const known = bytes ? verdict(answer.status, answer.data, id) : "needs";
    await applyPhoto(flush, row.id, id, known, answer);
    if (known === "signin") return known;
    if (known !== "later") { lineWorks(); return known === "missing" ? known : "on"; }
    lineFailed(answer);
    return "waiting";
  }

  function photoRequest(row, { id, type }, body) {
    const options = { method: "POST", headers: { "Content-Type": type }, body };
    return [`${way("photos")}?observation=${row.id}&id=${id}&user=${row.user}`, options, body.byteLength];
  }

  async function applyPhoto(flush, record, id, known, answer) {
    const ended = await transact(["records", "photos"], "readwrite", async (records, photos) => {
      const row = await done(records.get(record));
      if (!row) return [];
      const next = known === "missing" ? withoutItsRow(row, answer) : withPhoto(flush, row, id, known, answer);
      return await settleWithin(records, photos, next) === "confirmed" ? [record] : [];
    });
    tellEnded(flush, ended);
  }

  function withPhoto(flush, row, id, known, { status, data, retryAfter: least }) {
    const after = {
      stored: (photo) => ({ ...photo, state: "sent", problem: null }),
      needs: (photo) => ({ ...photo, state: "needs", problem: problemOf(status, data) }),
      later: (photo) => putOff(flush, photo, least, status > 0),
      signin: (photo) => photo,
    }[known];
    return { ...row, photos: row.photos.map((photo) => (photo.id === id ? after(photo) : photo)) };
  }

  // The server does not know the record: it is sent once more, as it was; the second time its writer must look.
  function withoutItsRow(row, { status, data }) {
    const missed = row.missed + 1;
    if (missed > 1) return { ...row, missed, state: "needs", problem: problemOf(status, data) };
    return { ...row, missed, stored: false, state: "waiting" };
  }

  // --- one flush
  // → {reason, user, confirmed}. Reasons: done (nothing more is due), waiting (the line failed, it is tried again),
  // signin, busy (another page sends), or why the vault could not be used. `hurry` does not wait for what was put off.
  function flush({ hurry = false } = {}) {
    if (!running) {
      running = once(hurry).finally(() => { running = null; });
      return running;
    }
    following ||= running.then(() => { following = null; return flush({ hurry }); });
    return following;
  }

  async function once(hurry) {
    const work = { user: null, hurry: hurry ? new Set() : null, confirmed: 0, soonest: 0 };
    let reason;
    try {
      reason = !hurry && line.until > Date.now() && line.until < Date.now() + 2 * LONGEST_MS ? "waiting" : await alone(() => empty(work));
    } catch (error) {
      reason = error.reason || "failed";
      if (!error.reason) self.console.error(error);
    }
    if (reason === "signin") tell("signin", { user: work.user });
    plan(reason === "waiting" ? line.until : work.soonest);
    return { reason, user: work.user, confirmed: work.confirmed };
  }

  // Two tabs and the worker never send at once. Without Web Locks they may, and the server takes the second for the same.
  async function alone(work) {
    if (!self.navigator.locks) return work();
    const patience = new AbortController();
    const ending = setTimeout(() => patience.abort(), LOCK_WAIT_MS);
    let begun = false;
    try {
      return await self.navigator.locks.request(LOCK, { signal: patience.signal }, () => { begun = true; return work(); });
    } catch (error) {
      if (begun) throw error;
      return "busy";
    } finally {
      clearTimeout(ending);
    }
  }

  const isEmpty = () => transact(["records"], "readonly", async (records) => !(await done(records.count())));

  async function empty(work) {
    if (await isEmpty()) return "done"; // every page of the app has a sender: the server is not asked for nothing
    // Once: should somebody else sign in meanwhile, what is sent names its user, and the server answers 401.
    const answer = await ask(way("me")), { status, data } = answer;
    if (status === 401) return "signin";
    if (status !== 200 || !data || typeof data.user !== "string") { lineFailed(answer, false); return "waiting"; }
    await recover((work.user = data.user));
    for (;;) {
      const step = await pass(work);
      if (step !== "on") return step;
    }
  }

  async function pass(work) {
    const { user, hurry } = work;
    for (const [kind, most, send] of [["", line.size, sendRecords], ["presence", 1, sendPresence]]) {
      const claimed = await claim(user, (row) => (row.kind || "") === kind && isDue(row, hurry), most);
      if (hurry && claimed) for (const { id } of claimed) hurry.add(id);
      if (claimed) return claimed.length ? send(work, claimed) : "on";
    }
    return sendPhotos(work);
  }

  // --- when
  function plan(at) {
    if (!ticking || !at) return;
    clearTimeout(timer);
    timer = setTimeout(flush, Math.min(Math.max(0, at - Date.now()), LONGEST_MS));
  }

  const hurried = () => { flush({ hurry: true }); };
  const seen = () => { if (self.document.visibilityState === "visible") flush(); };

  // In a page: send now, and whenever something is queued, the line comes back, the page is looked at, or a minute passes.
  function start() {
    if (ticking) return;
    ticking = setInterval(flush, EVERY_MS);
    self.addEventListener("online", hurried);
    self.document.addEventListener("visibilitychange", seen);
    stopListening = listen((news) => { if (news.queued) { askForSync(); flush(); } });
    flush();
  }

  function stop() {
    clearInterval(ticking);
    clearTimeout(timer);
    ticking = timer = 0;
    self.removeEventListener("online", hurried);
    self.document.removeEventListener("visibilitychange", seen);
    if (stopListening) stopListening();
  }

  // Background Sync, where the browser has it: the worker sends when the line is back, even with no page open.
  async function askForSync() {
    try {
      const registration = await self.navigator.serviceWorker.getRegistration();
      await registration.sync.register(TAG);
    } catch { /* not here, or not allowed: the pages send */ }
  }

  // For the worker: addEventListener("sync", Fieldapp.sender.onSync). A failure makes the browser try again later.
  function onSync(event) {
    if (event.tag !== TAG) return;
    event.waitUntil(flush({ hurry: true }).then(({ reason }) => {
      if (reason !== "done" && reason !== "signin") throw new Error(reason);
    }));
  }

  Fieldapp.sender = { flush, start, stop, onSync, TAG };
})();
