// Photos: shrunk, looked through and covered in the same editor as in the Streamlit form, and kept here until sent.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { form, keep, outbox } = Fieldapp;
  const { find } = form;
  const WORDS = "photo_";
  const now = { module: null, host: null, shown: new Map(), covering: null };
  const t = (key, values) => Fieldapp.text(key, values);

  async function draw(draft) {
    if (!find("more").open) return thumbnails([]);
    try {
      now.module ||= await import(Fieldapp.files.photos);
      now.host ||= room();
      show(draft);
    } catch { /* fetched again when the folder is opened again */ }
    return thumbnails(draft.photos);
  }

  function room() {
    const root = Fieldapp.room(find("photos"), now.module);
    // Another photo is taken: the one whose covering was given up stays as it is.
    root.querySelector("input").addEventListener("click", () => { now.covering = null; show(form.state.draft); });
    return root;
  }

  function show(draft) {
    const most = form.state.kept.form.limits.photos, left = most - draft.photos.length + Number(Boolean(now.covering));
    const words = Object.fromEntries(Object.entries(Fieldapp.texts).filter(([key]) => key.startsWith(WORDS)).map(([key, text]) => [key.slice(WORDS.length), text]));
    if (now.covering) Object.assign(words, { discard: t("photo_cover_stop"), discarded: t("photo_cover_stopped"), back: t("photo_cover_again") });
    const data = { label: left ? words.take : t("photo_most", { n: most }), left, observation: draft.id, words };
    now.module.default({ data, parentElement: now.host, setTriggerValue: () => draw(form.state.draft), keep: take });
  }

  // A photo that is covered again takes the place of the old one.
  async function take({ id, blob }) {
    const { draft, kept } = form.state, old = now.covering;
    try {
      await keep.savePhoto(kept.user, id, blob);
      const place = draft.photos.findIndex((one) => one.id === old);
      form.changed({ photos: place < 0 ? [...draft.photos, { id }] : draft.photos.map((one) => (one.id === old ? { id } : one)) });
      await form.store();
      if (place >= 0) await keep.dropPhoto(kept.user, old);
      now.covering = null;
      return { why: "", again: false };
    } catch (error) {
      return { why: t(error.reason === "full" ? "full" : "photo_failed"), again: true };
    }
  }

  // One of a record that waits lies in the outbox, any other in `keep`. → a Blob or null.
  function opened(id) {
    const { mending, kept } = form.state;
    return mending && mending.photos.includes(id) ? outbox.photo(id).catch(() => null) : keep.photo(kept.user, id);
  }

  async function cover(id) {
    const blob = await opened(id), files = new DataTransfer();
    if (!blob) return;
    now.covering = id;
    show(form.state.draft);
    files.items.add(new File([blob], "photo.jpg", { type: blob.type }));
    const input = now.host.querySelector("input");
    input.files = files.files;
    input.dispatchEvent(new Event("change"));
  }

  // The pictures themselves are opened only to be shown or sent.
  async function thumbnails(photos) {
    for (const [id, address] of now.shown) if (!photos.some((one) => one.id === id)) { URL.revokeObjectURL(address); now.shown.delete(id); }
    const lines = await Promise.all(photos.map(async ({ id }, n) => {
      const blob = now.shown.has(id) ? null : await opened(id);
      if (blob) now.shown.set(id, URL.createObjectURL(blob));
      return line(id, n + 1);
    }));
    find("thumbs").replaceChildren(...lines);
  }

  function line(id, number) {
    const item = document.createElement("li");
    const image = Object.assign(document.createElement("img"), { alt: `${t("photo_alt")} ${number}`, src: now.shown.get(id) || "" });
    item.append(image, button("photo_cover", number, () => cover(id)), button("photo_remove", number, () => remove(id)));
    return item;
  }

  function button(key, n, onclick) {
    return Object.assign(document.createElement("button"), { type: "button", textContent: t(key, { n }), onclick });
  }

  async function remove(id) {
    form.changed({ photos: form.state.draft.photos.filter((one) => one.id !== id) });
    await keep.dropPhoto(form.state.kept.user, id);
    await draw(form.state.draft);
  }

  // → [{id, blob}] for the outbox; one that cannot be opened any more stops the saving.
  async function blobs(user, photos) {
    const found = await Promise.all(photos.map(async ({ id }) => ({ id, blob: await keep.photo(user, id) })));
    if (found.some((one) => !one.blob)) throw new Error("a photo is gone");
    return found;
  }

  Fieldapp.photo = { draw, blobs };
})();
