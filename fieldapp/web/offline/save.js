// Saving on the phone: checked as the server would, put into the outbox with its photos, and taken back while it waits.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { keep, outbox, form, vault } = Fieldapp;
  const { state, find, say, put } = form;
  const t = (key, values) => Fieldapp.text(key, values);

  // `isNew`: its writer has said that it is none of those that wait.
  form.save = async (isNew = false) => {
    if (state.saving) return;
    state.saving = true;
    find("save").disabled = true;
    try {
      const why = missing() || (await stopped());
      say(why);
      const asked = !why && !isNew && !state.mending && form.askSame && (await form.askSame());
      if (!why && !asked) await putAway();
    } catch (error) {
      say(["gone", "sending", "frozen"].includes(error.reason) ? "sent_meanwhile" : error.reason === "full" ? "full" : "failed");
    } finally {
      state.saving = false;
      find("save").disabled = false;
    }
  };

  function missing() {
    const { draft } = state;
    if (!form.category()) return "category_missing";
    if (draft.lat === undefined && !draft.later) return "place_missing";
    const moment = observedAt(draft, Date.now());
    return Number.isFinite(moment) && moment <= Date.now() + state.kept.form.limits.observed_ahead_s * 1000 ? "" : "time_wrong";
  }

  // The gate before anything is stored: what it finds comes forward at the note.
  async function stopped() {
    if (!state.draft.note) return "";
    const found = await Fieldapp.note.check(state.draft, () => say("note_loading"));
    if (found === null) return "note_waits";
    if (!found) return "";
    find("more").open = true;
    return found === "hard" ? "note_refused" : "answer_note";
  }

  function observedAt(draft, now) {
    if (draft.when === "exact") return new Date(draft.exact).getTime();
    const { minutes_ago: minutes = 0, hour_yesterday: hour } = state.kept.form.fields.when.find((one) => one.value === draft.when) || {};
    if (hour === undefined) return now - minutes * 60_000;
    const evening = new Date(now);
    evening.setDate(evening.getDate() - 1);
    return evening.setHours(hour, 0, 0, 0);
  }

  // The body of POST /api/v1/observations; what is not said is left out.
  async function record(draft) {
    const people = form.category().people;
    const said = {
      id: draft.id, category: draft.category,
      observed_at: new Date(observedAt(draft, Date.now())).toISOString().replace(/\.\d+/, ""),
      lat: draft.lat, lon: draft.lon, accuracy_m: draft.accuracy_m, position_source: draft.position_source, district_choice: draft.district_choice,
      severity: draft.severity, group_size: people ? draft.group_size : undefined, age_band: people ? draft.age_band : undefined,
      note: draft.note || undefined, not_persons: draft.note ? await Fieldapp.note.places(draft) : undefined,
    };
    if (!said.not_persons || !said.not_persons.length) delete said.not_persons;
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined && value !== null));
  }

  async function putAway() {
    const { draft, kept } = state, body = await record(draft);
    if (state.mending) return form.mended(body);
    const photos = draft.photos.length ? await Fieldapp.photo.blobs(kept.user, draft.photos) : [];
    await outbox.enqueue(kept.user, body, photos);
    state.saved = { draft, photos, queued: true };
    saved(`${t("saved")} – ${form.category().label}, ${find("place").textContent || t("no_place")}`);
    await anew();
  }

  function saved(text) {
    put("saved-text", text);
    find("undo").hidden = !state.saved;
    find("saved").hidden = false;
  }

  form.savedGone = () => { find("saved").hidden = true; };

  // Ready for the next one: a new id, the phone's position kept, everything else empty.
  async function anew() {
    const { user } = state.kept, old = state.draft;
    const place = old.position_source === "gps" ? Object.fromEntries(form.PLACE.filter((name) => name !== "district_choice").map((name) => [name, old[name]])) : {};
    clearTimeout(state.timer);
    state.timer = 0;
    state.draft = { ...form.empty(), ...place };
    await form.inTurn(() => keep.dropDraft(user));
    for (const { id } of old.photos) await keep.dropPhoto(user, id);
    blank();
  }

  function blank() {
    find("more").open = false;
    find("exact").value = find("known").value = "";
    form.draw();
    form.onPosition(state.gps.now);
  }

  // The same as one that waits: not saved, and given back on wish.
  form.leaveOut = async () => {
    const { draft, kept } = state;
    state.saved = { draft, photos: await Fieldapp.photo.blobs(kept.user, draft.photos), queued: false };
    saved(t("same_left"));
    await anew();
  };

  form.undo = async () => {
    const taken = state.saved;
    if (!taken) return;
    if (taken.queued && !(await unqueued(taken.draft.id))) {
      form.savedGone();
      return say("sent_already");
    }
    state.saved = null;
    find("undo").hidden = true;
    put("saved-text", t(state.draft.touched ? "discarded" : "undone"));
    if (!state.draft.touched) await giveBack(taken);
  };

  async function unqueued(id) {
    const waiting = (await outbox.list(state.kept.user)).find((one) => one.id === id && !one.frozen && !one.stored);
    return Boolean(waiting) && outbox.discard(id).then(() => true, () => false);
  }

  async function giveBack({ draft, photos }) {
    for (const { id, blob } of photos) await keep.savePhoto(state.kept.user, id, blob);
    state.draft = { ...draft, id: vault.newId(), carried: false };
    form.draw();
    await form.store();
  }

  Object.assign(form, { blank, observedAt, saved });
})();
