// The outbox: observations and their photos that wait on this phone, each in one row with what became of it so far.
// States: waiting (to be sent), sending, unplaced (no position yet), running (a presence that lasts), needs (its writer
// must look). A row goes away only when the server has confirmed the record and every photo, or when its writer discards
// it by hand. `kind` is "" for an observation, "presence" for where somebody was.
(() => {
  "use strict";
  const Fieldapp = (self.Fieldapp = self.Fieldapp || {});
  const { Refused, transact, done, seal, open, openText, requireKey, requireRoom, ofUser, removeWithin, tell } = Fieldapp.vault;
  const BOTH = ["records", "photos"];
  const TRIES = 3;

  const isPlaced = (record) => Number.isFinite(record.lat) && Number.isFinite(record.lon);
  const iso = () => new Date().toISOString();

  function stateOf(kind, record) {
    if (kind === "presence") return record.ended_at ? "waiting" : "running";
    return isPlaced(record) ? "waiting" : "unplaced";
  }

  // --- into the queue
  // → the record's id. `record` is the body of POST /api/v1/observations or /presence; `photos` are [{id, blob}]. All or
  // nothing. Of presences one may run at a time, else Refused exists.
  async function enqueue(user, record, photos = [], kind = "") {
    const id = record.id || Fieldapp.vault.newId();
    const text = JSON.stringify({ ...record, id });
    for (let attempt = 1; ; attempt += 1) {
      const body = await seal(user, id, text);
      const closed = await closedPhotos(user, id, photos);
      try {
        await transact([...BOTH, "keys", "kept"], "readwrite", async (records, store, keys, kept) => {
          await requireRoom(kept);
          await requireKey(keys, user, [body, ...closed]);
          await addWithin(records, store, { id, user, kind, state: stateOf(kind, record), ...body }, closed);
        });
        break;
      } catch (error) {
        if (error.reason === "exists" && await isSame(user, id, text, photos)) return id; // a second tap
        if (error.reason !== "locked" || attempt === TRIES) throw error; // the key was wiped meanwhile: a new one
      }
    }
    tell("changed", { user, id, queued: true });
    return id;
  }

  async function addWithin(records, store, fresh, closed) {
    if (await done(records.get(fresh.id))) throw new Refused("exists");
    if (fresh.state === "running" && await done(records.index("states").count(inState(fresh.user, "running")))) throw new Refused("exists");
    const last = await done(records.index("order").openCursor(ofUser(fresh.user), "prev"));
    const now = iso();
    const about = { created_at: now, updated_at: now, tries: 0, next_at: 0, problem: null, rev: 1 };
    const sent = { sent_parts: 0, stored: false, frozen: false, missed: 0, photos: closed.map(aboutPhoto) };
    await done(records.add({ ...fresh, ...about, ...sent, seq: (last ? last.value.seq : 0) + 1 }));
    await addPhotosWithin(store, closed);
  }

  async function addPhotosWithin(store, closed) {
    for (const photo of closed) {
      if (await done(store.get(photo.id))) throw new Refused("exists");
      await done(store.add(photo));
    }
  }

  async function closedPhotos(user, record, photos) {
    const closed = [];
    for (const [n, { id, blob }] of photos.entries()) {
      const body = await seal(user, id, await blob.arrayBuffer());
      closed.push({ id, record, user, n, type: blob.type || "image/jpeg", bytes: blob.size, ...body });
    }
    return closed;
  }

  // What the row says of a photo, so that nobody has to read the photo itself to know.
  function aboutPhoto({ id, n, bytes, type }) {
    return { id, n, bytes, type, state: "waiting", tries: 0, next_at: 0, problem: null };
  }

  async function isSame(user, id, text, photos) {
    const row = await get(id);
    const ids = row ? row.photos.map((photo) => photo.id).join() : "";
    if (!row || row.user !== user || ids !== photos.map((photo) => photo.id).join()) return false;
    return (await openText(user, id, row).catch(() => null)) === text;
  }

  // --- looking
  function get(id) {
    return transact(["records"], "readonly", (records) => done(records.get(id)));
  }

  // → every record of the user in order: the row's fields, `record` opened (null where locked), `photos` described.
  async function list(user) {
    const rows = await transact(["records"], "readonly", (store) => done(store.index("order").getAll(ofUser(user))));
    return Promise.all(rows.map(shown));
  }

  async function shown({ key, iv, body, rev, ...row }) {
    const text = await textOf({ ...row, iv, body });
    return text === null ? { ...row, record: null, state: "needs", problem: locked() } : { ...row, record: JSON.parse(text) };
  }

  // → {waiting, needs, unplaced, oldest}: how many (being sent counts as waiting), and when the first of them was made or
  // null; a presence that runs is none of them.
  async function counts(user) {
    const found = await transact(["records"], "readonly", async (records) => {
      const states = records.index("states"), all = {};
      for (const state of ["waiting", "sending", "needs", "unplaced"]) all[state] = await done(states.count(inState(user, state)));
      return all;
    });
    const [first] = await firstRows("order", ofUser(user), (row) => row.state !== "running", 1);
    const { waiting, sending, needs, unplaced } = found;
    return { waiting: waiting + sending, needs, unplaced, oldest: first ? first.created_at : null };
  }

  function inState(user, state) {
    return IDBKeyRange.bound([user, state], [user, state, []]);
  }

  // → the presence that runs, as `list` shows it, or null.
  async function running(user) {
    const [row] = await firstRows("states", inState(user, "running"), () => true, 1);
    return row ? shown(row) : null;
  }

  // → the photo as a Blob; Refused gone or locked.
  async function photo(id) {
    const row = await transact(["photos"], "readonly", (photos) => done(photos.get(id)));
    if (!row) throw new Refused("gone");
    return new Blob([await open(row.user, row.id, row)], { type: row.type });
  }

  // --- mending, by hand
  // Nothing of it may have been sent: the same id with other content would be a conflict on the server.
  function requireOpen(row) {
    if (!row) throw new Refused("gone");
    if (row.state === "sending") throw new Refused("sending");
    if (row.frozen || row.stored) throw new Refused("frozen");
    return row;
  }

  // Puts fields in place of the old ones; `photos`, if given, is the whole new list ({id} alone keeps one). → the state.
  async function change(id, fields, photos = null) {
    for (let attempt = 1; ; attempt += 1) {
      const row = requireOpen(await get(id));
      const record = { ...JSON.parse(await openText(row.user, id, row)), ...fields, id };
      const body = await seal(row.user, id, JSON.stringify(record));
      const closed = await closedPhotos(row.user, id, (photos || []).filter((one) => one.blob));
      const state = stateOf(row.kind, record);
      const fresh = { ...body, state, problem: null, tries: 0, next_at: 0 };
      if (await transact([...BOTH, "keys", "kept"], "readwrite", (...stores) => changeWithin(stores, row, fresh, photos, closed))) {
        tell("changed", { user: row.user, id, queued: true });
        return state;
      }
      if (attempt === TRIES) throw new Refused("sending");
    }
  }

  async function changeWithin([records, store, keys, kept], read, fresh, photos, closed) {
    const row = requireOpen(await done(records.get(read.id)));
    if (row.rev !== read.rev) return false;
    if (closed.length) await requireRoom(kept);
    await requireKey(keys, row.user, [fresh, ...closed]);
    const all = photos ? await rearrange(store, row, photos, closed) : row.photos.map((one) => aboutPhoto(one));
    await save(records, { ...row, ...fresh, photos: all });
    return true;
  }

  async function rearrange(store, row, photos, closed) {
    const known = new Map([...row.photos, ...closed].map((one) => [one.id, one]));
    const wanted = new Set(photos.map((one) => one.id));
    for (const old of row.photos) if (!wanted.has(old.id)) await done(store.delete(old.id));
    const before = new Set(row.photos.map((one) => one.id));
    await addPhotosWithin(store, closed.filter((one) => !before.has(one.id)));
    return photos.map(({ id }, n) => ({ ...aboutPhoto(known.get(id)), n }));
  }

  function save(records, row) {
    return done(records.put({ ...row, updated_at: iso(), rev: row.rev + 1 }));
  }

  // What follows from its parts: how many are confirmed, whether its writer is needed. → true where all are confirmed.
  function settle(row) {
    const sent = row.photos.filter((one) => one.state === "sent").length;
    const faulty = row.photos.find((one) => one.state === "needs");
    row.sent_parts = Number(row.stored) + sent;
    if (faulty) Object.assign(row, { state: "needs", problem: { ...faulty.problem, photo: faulty.id } });
    return row.stored && sent === row.photos.length;
  }

  // Saves what was done to a row, or takes it away where everything is confirmed. → "confirmed" or the state.
  async function settleWithin(records, photos, row) {
    if (settle(row)) {
      await removeWithin(records, photos, row.id);
      return "confirmed";
    }
    await save(records, row);
    return row.state;
  }

  async function byHand(id, work) {
    const told = await transact(BOTH, "readwrite", async (records, photos) => {
      const row = await done(records.get(id));
      if (row && row.state === "sending") throw new Refused("sending");
      return row ? { user: row.user, result: await work(row, records, photos) } : null;
    });
    if (!told) throw new Refused("gone");
    tell("changed", { user: told.user, id, queued: true });
    return told.result;
  }

  // Try once more what the server refused, as it is.
  function again(id) {
    return byHand(id, (row, records, photos) => {
      const state = row.state === "needs" ? "waiting" : row.state;
      const once = row.photos.map((one) => (one.state === "needs" ? aboutPhoto(one) : one));
      return settleWithin(records, photos, { ...row, state, photos: once, problem: null, tries: 0, next_at: 0, missed: 0 });
    });
  }

  // Gone from this phone, photos too; what the server has stays there. Only ever by hand.
  function discard(id) {
    return byHand(id, (row, records, photos) => removeWithin(records, photos, id));
  }

  // A photo the server refused: taken away, or another ({id, blob}) in its place. The rest is sent as before.
  async function replacePhoto(id, other = null) {
    const old = await transact(["photos"], "readonly", (photos) => done(photos.get(id)));
    if (!old) throw new Refused("gone");
    const closed = other ? await closedPhotos(old.user, old.record, [other]) : [];
    return byHand(old.record, async (row, records, photos) => {
      if (row.photos.find((one) => one.id === id).state !== "needs") throw new Refused("frozen");
      await done(photos.delete(id));
      await addPhotosWithin(photos, closed.map((one) => ({ ...one, n: old.n })));
      const fresh = closed.map((one) => ({ ...aboutPhoto(one), n: old.n }));
      const left = row.photos.flatMap((one) => (one.id === id ? fresh : [one]));
      return settleWithin(records, photos, { ...row, state: "waiting", problem: null, photos: left });
    });
  }

  // --- for the sender
  // What a page or worker that was killed left behind: the server may or may not have it, so it is sent again as it was.
  function recover(user) {
    return transact(["records"], "readwrite", async (records) => {
      for (const row of await done(records.index("states").getAll(inState(user, "sending")))) await save(records, { ...row, state: "waiting" });
    });
  }

  // → the first rows in order that satisfy `wanted`, at most `most`; `range` of the index "states" or "order".
  function firstRows(index, range, wanted, most) {
    return transact(["records"], "readonly", (records) => new Promise((resolve, reject) => {
      const found = [], request = records.index(index).openCursor(range);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor && wanted(cursor.value)) found.push(cursor.value);
        if (cursor && found.length < most) cursor.continue(); else resolve(found);
      };
    }));
  }

  // → the next records as [{id, text}], marked as being sent, their content frozen from here on; null where none is due.
  async function claim(user, isDue, most) {
    const rows = await firstRows("states", inState(user, "waiting"), (row) => !row.stored && isDue(row), most);
    if (!rows.length) return null;
    const opened = await Promise.all(rows.map(async (row) => ({ ...row, text: await textOf(row) })));
    return transact(["records"], "readwrite", async (records) => {
      const claimed = [];
      for (const { text, ...row } of opened) {
        const now = await done(records.get(row.id));
        if (!now || now.rev !== row.rev || now.state !== "waiting") continue;
        if (text === null) await save(records, { ...now, state: "needs", problem: locked() });
        else await save(records, { ...now, state: "sending", frozen: true });
        if (text !== null) claimed.push({ id: row.id, text });
      }
      return claimed;
    });
  }

  const locked = () => ({ code: "locked", field: null, text: null });

  const textOf = (row) => openText(row.user, row.id, row).catch(nullIfLocked);

  function nullIfLocked(error) {
    if (error.reason === "locked") return null;
    throw error;
  }

  Fieldapp.outbox = {
    Refused, enqueue, list, counts, running, photo, change, again, discard, replacePhoto,
    isFull: Fieldapp.vault.isFull,
    // For the sender alone.
    recover, firstRows, claim, settleWithin,
  };
})();
