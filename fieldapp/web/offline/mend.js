// Mending one that waits: what was half-typed is laid aside and comes back, and what is mended outlives the page too.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { keep, outbox, form } = Fieldapp;
  const { state, find } = form;

  const isOpen = (row) => !row.frozen && !row.stored && row.state !== "sending";

  form.mend = async (row) => {
    if (state.mending) await ended();
    await form.store();
    state.aside = state.draft;
    const { note = "", not_persons = [], observed_at, ...said } = row.record;
    const spared = not_persons.map(([start, end]) => Array.from(note).slice(start, end).join("").trim().toLowerCase());
    const later = row.record.lat === undefined, photos = row.photos.map(({ id }) => id);
    state.mending = { id: row.id, queued: row.record, photos };
    const about = { note, spared, later, when: "exact", exact: form.localText(new Date(observed_at)), photos: photos.map((id) => ({ id })) };
    state.draft = { ...form.empty(), ...said, ...about };
    form.savedGone();
    form.say("");
    form.draw();
    find("mending").scrollIntoView({ block: "start" });
  };

  // Where the page was closed in the middle of it.
  form.mendOn = async () => {
    const { user } = state.kept, held = await keep.mending(user);
    if (!held) return;
    state.aside = state.draft;
    Object.assign(state, held);
    const waits = (await outbox.list(user)).some((row) => row.id === held.mending.id && isOpen(row));
    if (!waits) form.say("sent_meanwhile");
  };

  form.mended = async (body) => {
    const { mending: { id, queued, photos: had }, draft, kept } = state;
    const blank = Object.fromEntries(Object.keys(queued).filter((name) => !(name in body)).map((name) => [name, undefined]));
    const photos = await Promise.all(draft.photos.map(async (one) => (had.includes(one.id) ? { id: one.id } : (await Fieldapp.photo.blobs(kept.user, [one]))[0])));
    // The field knows no seconds: a time that was not touched stays as it was.
    const moment = draft.exact === form.localText(new Date(queued.observed_at)) ? { observed_at: queued.observed_at } : {};
    await outbox.change(id, { ...blank, ...body, ...moment, id }, photos);
    state.saved = null;
    form.saved(`${Fieldapp.text("saved")} – ${form.category().label}`);
    await ended();
  };

  form.mendNothing = () => (state.mending ? ended() : undefined);

  async function ended() {
    const { user } = state.kept, { photos } = state.mending;
    const added = state.draft.photos.filter(({ id }) => !photos.includes(id));
    clearTimeout(state.timer);
    state.timer = 0;
    state.mending = null;
    state.draft = state.aside || form.empty();
    state.aside = null;
    form.blank();
    await form.inTurn(() => keep.dropMending(user));
    for (const { id } of added) await keep.dropPhoto(user, id);
  }
})();
