// What pages and the service worker stand on. The vault on the phone: IndexedDB behind a small door, and everything a
// person wrote sealed with a key of the person's own that no script can read out. And the one way to ask our server.
(() => {
  "use strict";
  const Fieldapp = (self.Fieldapp = self.Fieldapp || {});
  const NAME = "fieldapp", VERSION = 1, CHANNEL = "fieldapp";
  const PIECE_BYTES = 60_000, RESERVE_PIECES = 4, ANSWER_MS = 30_000, SLOWEST_BYTES_MS = 4, LONGEST_MS = 300_000;
  const STORES = ["keys", "records", "photos", "kept"];

  // Why something was not done: `reason` is full, locked, insecure, unavailable, exists, frozen, sending, gone, unsent.
  class Refused extends Error {
    constructor(reason, cause) {
      super(reason, { cause });
      this.name = "Refused";
      this.reason = reason;
    }
  }

  // --- the database
  let connection = null;

  function opened() {
    connection ||= new Promise((resolve, reject) => {
      const request = self.indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => build(request.result);
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = () => { db.close(); connection = null; };
        db.onclose = () => { connection = null; };
        resolve(db);
      };
      request.onerror = () => reject(new Refused("unavailable", request.error));
    }).catch((error) => { connection = null; throw error instanceof Refused ? error : new Refused("unavailable", error); });
    return connection;
  }

  function build(db) {
    db.createObjectStore("keys", { keyPath: "user" });
    const records = db.createObjectStore("records", { keyPath: "id" });
    records.createIndex("order", ["user", "seq"]);
    records.createIndex("states", ["user", "state", "seq"]);
    db.createObjectStore("photos", { keyPath: "id" }).createIndex("record", ["record", "n"]);
    db.createObjectStore("kept", { keyPath: ["user", "name"] });
  }

  // `work` gets the stores and may await only `done(request)`: a transaction ends while anything else is awaited.
  // Resolves with what `work` gave, and only when it is on the disk.
  async function transact(names, mode, work) {
    const transaction = await begun(names, mode);
    return new Promise((resolve, reject) => {
      let result, failure = null;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(refusal(failure || transaction.error || new Refused("unavailable")));
      Promise.resolve(work(...names.map((name) => transaction.objectStore(name)))).then(
        (value) => { result = value; },
        (error) => {
          failure ||= transaction.error || error;
          try { transaction.abort(); } catch { /* it has ended already */ }
        },
      );
    });
  }

  async function begun(names, mode) {
    const begin = (db) => db.transaction(names, mode, { durability: "strict" });
    try {
      return begin(await opened());
    } catch (error) {
      if (error instanceof Refused) throw error;
      connection = null; // closed under us by the browser or a newer version
      return begin(await opened());
    }
  }

  function done(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  function refusal(error) {
    if (error instanceof Refused) return error;
    return error && error.name === "QuotaExceededError" ? new Refused("full", error) : error;
  }

  // --- keys: made here, kept as objects that encrypt and decrypt and never show their bytes
  async function keyOf(user, make) {
    const found = await transact(["keys"], "readonly", (keys) => done(keys.get(user)));
    if (found || !make) return found || null;
    if (!self.crypto || !self.crypto.subtle) throw new Refused("insecure");
    const key = await self.crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const made = { user, id: newId(), key };
    return transact(["keys"], "readwrite", async (keys) => {
      const other = await done(keys.get(user)); // another tab was first
      if (!other) await done(keys.add(made));
      return other || made;
    });
  }

  // Bound to user and id, so that one record's content never opens as another's.
  function terms(user, id, iv) {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${user}/${id}`) };
  }

  // → {key, iv, body}; `content` is a text or bytes, `key` the id of the key it was sealed with.
  async function seal(user, id, content) {
    const { id: key, key: secret } = await keyOf(user, true);
    const iv = self.crypto.getRandomValues(new Uint8Array(12));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { key, iv, body: await self.crypto.subtle.encrypt(terms(user, id, iv), secret, bytes) };
  }

  // → bytes; Refused `locked` where the key is gone or another.
  async function open(user, id, sealed) {
    const held = await keyOf(user, false);
    if (!held || !self.crypto.subtle) throw new Refused("locked");
    try {
      return await self.crypto.subtle.decrypt(terms(user, id, sealed.iv), held.key, sealed.body);
    } catch (error) {
      throw new Refused("locked", error);
    }
  }

  async function openText(user, id, sealed) {
    return new TextDecoder().decode(await open(user, id, sealed));
  }

  // Inside a transaction that writes what was sealed: the key must still be there, or nobody could open it again.
  async function requireKey(keys, user, sealed) {
    const held = await done(keys.get(user));
    if (!held || sealed.some((one) => one.key !== held.id)) throw new Refused("locked");
  }

  // --- small things kept beside the queue: the form, districts, places, a half-typed record (sealed)
  async function keep(user, name, value, { sealed = false } = {}) {
    const row = { user, name, at: new Date().toISOString() };
    if (!sealed) return transact(["kept"], "readwrite", (kept) => done(kept.put({ ...row, value })));
    const closed = await seal(user, `kept/${name}`, JSON.stringify(value));
    return transact(["kept", "keys"], "readwrite", async (kept, keys) => {
      await requireKey(keys, user, [closed]);
      await done(kept.put({ ...row, sealed: closed }));
    });
  }

  // → the value, or null where there is none or it can't be opened any more.
  async function kept(user, name) {
    const row = await transact(["kept"], "readonly", (store) => done(store.get([user, name])));
    if (!row || !row.sealed) return row ? row.value : null;
    try {
      return JSON.parse(await openText(user, `kept/${name}`, row.sealed));
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }

  function forget(user, name) {
    return transact(["kept"], "readwrite", (store) => done(store.delete([user, name])));
  }

  // Key and everything kept of this person. With unsent records Refused `unsent`, unless they go too by clear choice.
  async function wipe(user, { records: also = false } = {}) {
    await transact(STORES, "readwrite", async (keys, records, photos, kept) => {
      const ids = await done(records.index("order").getAllKeys(ofUser(user)));
      if (ids.length && !also) throw new Refused("unsent");
      for (const id of ids) await removeWithin(records, photos, id);
      await done(kept.delete(IDBKeyRange.bound([user], [user, []])));
      await done(keys.delete(user));
    });
    tell("changed", { user });
  }

  // An array sorts after every number and text, so this is all of the user's.
  function ofUser(user) {
    return IDBKeyRange.bound([user], [user, []]);
  }

  async function removeWithin(records, photos, id) {
    for (const photo of await done(photos.index("record").getAllKeys(ofUser(id)))) await done(photos.delete(photo));
    await done(records.delete(id));
  }

  // --- room, and the wish that the browser does not clear us away
  async function room() {
    const storage = self.navigator.storage;
    if (!storage || !storage.estimate) return { usage: null, quota: null, free: null, persisted: null };
    const { usage = 0, quota = 0 } = await storage.estimate();
    const persisted = storage.persisted ? await storage.persisted() : null;
    return { usage, quota, free: Math.max(0, quota - usage), persisted };
  }

  // Inside a transaction that adds something: refused as `full` while there is still room for what sending writes, or a
  // full phone could never be emptied. Tried out: Chromium's `estimate` always tells of 10 GB, and it packs zeros.
  async function requireRoom(kept, pieces = RESERVE_PIECES) {
    const chance = self.crypto.getRandomValues(new Uint8Array(PIECE_BYTES));
    for (let n = 0; n < pieces; n += 1) await done(kept.put({ user: "", name: `reserve/${n}`, value: chance }));
    await done(kept.delete(IDBKeyRange.bound(["", "reserve/"], ["", "reserve/~"])));
  }

  // → true where a photo could not be kept now.
  async function isFull() {
    try {
      await transact(["kept"], "readwrite", (kept) => requireRoom(kept, 5 * RESERVE_PIECES));
      return false;
    } catch (error) {
      if (error.reason === "full") return true;
      throw error;
    }
  }

  // → true where the browser promises to keep our data; only a page may ask.
  async function persist() {
    const storage = self.navigator.storage;
    return storage && storage.persist ? storage.persist().catch(() => false) : false;
  }

  // --- news between tabs and the service worker: {kind: changed | signin | confirmed, user, id}
  const ears = new Set();
  const channel = self.BroadcastChannel ? new BroadcastChannel(CHANNEL) : null;
  if (channel) channel.onmessage = (event) => hear(event.data);

  function hear(news) {
    for (const ear of [...ears]) ear(news);
  }

  function tell(kind, more = {}) {
    const news = { kind, ...more };
    if (channel) channel.postMessage(news);
    hear(news);
  }

  // → a function that stops the listening.
  function listen(ear) {
    ears.add(ear);
    return () => ears.delete(ear);
  }

  // A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance.
  function newId() {
    const bytes = self.crypto.getRandomValues(new Uint8Array(16));
    const now = Date.now();
    for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 2 ** (8 * (5 - place))) % 256;
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // --- asking our server
  // → {status, data, retryAfter}; status 0 without an answer, data null unless the answer is whole JSON of ours. A sign-in
  // page that stands in the way (401, a redirect) is status 401.
  async function ask(address, options = {}, bytes = 0) {
    const patience = new AbortController();
    const ending = setTimeout(() => patience.abort(), ANSWER_MS + bytes / SLOWEST_BYTES_MS);
    const always = { credentials: "same-origin", cache: "no-store", redirect: "manual", signal: patience.signal };
    try {
      const response = await fetch(address, { ...always, ...options });
      if (response.type === "opaqueredirect") return { status: 401, data: null, retryAfter: 0 };
      const text = await response.text();
      return { status: response.status, data: parsed(response, text), retryAfter: retryAfter(response) };
    } catch {
      return { status: 0, data: null, retryAfter: 0 };
    } finally {
      clearTimeout(ending);
    }
  }

  function parsed(response, text) {
    if (!/^application\/(problem\+)?json\b/.test(response.headers.get("content-type") || "")) return null;
    try {
      const data = JSON.parse(text);
      return data && typeof data === "object" ? data : null;
    } catch {
      return null;
    }
  }

  function retryAfter(response) {
    const said = response.headers.get("retry-after") || "";
    const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
    return ms > 0 ? Math.min(ms, LONGEST_MS) : 0;
  }

  Fieldapp.server = { ask };
  Fieldapp.vault = {
    Refused, transact, done, seal, open, openText, requireKey, ofUser, removeWithin, keep, kept, forget, wipe, room,
    requireRoom, isFull, persist, tell, listen, newId,
  };
})();
