// What the phone keeps to work without a line: whose it is, the form's description, districts and places, the half-typed
// form and its photos. Everything a person wrote is sealed.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { vault } = Fieldapp;
  const DEVICE = ""; // kept for the phone itself, whoever uses it
  const PARTS = { form: "/api/v1/form", districts: "/api/v1/districts", places: "/api/v1/places" };
  const FRESH_MS = 10 * 60_000;
  const PATIENCE_MS = 15_000;

  const device = async () => (await vault.kept(DEVICE, "device")) || { user: null };

  async function setDevice(changes) {
    await vault.keep(DEVICE, "device", { ...(await device()), ...changes });
  }

  // → {status, body}; status 0 without a line, and for an answer that is not our server's.
  async function ask(path) {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(path, { signal: stop.signal, redirect: "manual", credentials: "same-origin", headers: { Accept: "application/json" } });
      const told = /json/.test(answer.headers.get("content-type") || "");
      if (answer.status === 401 || !answer.ok) return { status: told ? answer.status : 0, body: null };
      return told ? { status: answer.status, body: await answer.json() } : { status: 0, body: null };
    } catch {
      return { status: 0, body: null };
    } finally {
      clearTimeout(clock);
    }
  }

  // Everything the page is drawn from → {user, me, form, districts, places} or null where nothing is kept yet.
  async function load(user) {
    if (!user) return null;
    const [me, form, districts, places] = await Promise.all(["me", ...Object.keys(PARTS)].map((name) => vault.kept(user, name)));
    return form ? { user, me: me || {}, form, districts, places } : null;
  }

  // Ask the server who is signed in and what is new → "ok", "offline" or "signin". `force` asks for all of it again.
  async function refresh({ force = false } = {}) {
    const known = await device();
    const stale = force || !known.user || Date.now() - (known.refreshed || 0) > FRESH_MS;
    const [me, first] = await Promise.all([ask("/api/v1/me"), stale ? askAll() : null]);
    if (me.status === 401) return "signin";
    if (!me.body) return "offline";
    const user = me.body.user;
    if (stale || user !== known.user) await renew(user, me.body, first || (await askAll()));
    else await vault.keep(user, "me", me.body);
    return "ok";
  }

  // All at once: on a poor line each round trip is felt.
  async function askAll() {
    return Promise.all(Object.entries(PARTS).map(async ([name, path]) => ({ name, body: (await ask(path)).body })));
  }

  async function renew(user, me, parts) {
    for (const { name, body } of parts) if (body) await vault.keep(user, name, body);
    await vault.keep(user, "me", me);
    await setDevice({ user, role: me.role, language: me.language, refreshed: parts.every((one) => one.body) ? Date.now() : 0 });
  }

  // --- the half-typed form
  const draft = (user) => vault.kept(user, "draft");
  const saveDraft = (user, value) => vault.keep(user, "draft", value, { sealed: true });
  const dropDraft = (user) => vault.forget(user, "draft");

  // The one that is being mended, as far as it has come: {mending, draft}.
  const mending = (user) => vault.kept(user, "mending");
  const dropMending = (user) => vault.forget(user, "mending");

  async function savePhoto(user, id, blob) {
    await vault.keep(user, `photo/${id}`, await vault.seal(user, `photo/${id}`, await blob.arrayBuffer()));
  }

  // → a Blob, or null where it can't be opened any more.
  async function photo(user, id) {
    try {
      const sealed = await vault.kept(user, `photo/${id}`);
      return sealed && new Blob([await vault.open(user, `photo/${id}`, sealed)], { type: "image/jpeg" });
    } catch {
      return null;
    }
  }

  const dropPhoto = (user, id) => vault.forget(user, `photo/${id}`);

  // The Streamlit form's content, taken along to the offline page; what was typed there since is never written over.
  async function carry(user, said) {
    const held = await draft(user);
    if (held && held.touched && held.id === said.id) return;
    if (held && held.touched) return saveDraft(user, held.carried ? { ...held, id: vault.newId(), carried: false } : held);
    await saveDraft(user, { ...said, photos: [], carried: true, touched: false });
  }

  // Nothing typed here yet: the Streamlit form has been saved or emptied, and so is what was taken along.
  async function carryNothing(user) {
    const held = await draft(user);
    if (held && held.carried && !held.touched) await dropDraft(user);
  }

  // --- the phone's own choices
  async function fieldMode() {
    const { role, field } = await device();
    return field === undefined ? role === "worker" : field;
  }

  // Nobody is signed in on this phone any more; what is unsent may stay, sealed, for its owner.
  async function leave(user, { records = false, wipe = true } = {}) {
    try {
      if (wipe) await vault.wipe(user, { records });
    } finally {
      await setDevice({ user: null, role: null, refreshed: 0 });
    }
  }

  // A moment as a field for date and time takes it: in the phone's own time, to the minute.
  function localText(moment) {
    return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }

  Fieldapp.keep = {
    device, setDevice, load, refresh, draft, dropDraft, mending, dropMending, savePhoto, photo, dropPhoto,
    carry, carryNothing, fieldMode, leave, localText,
  };
})();
