// Photos: shrunk, looked through and covered in the same editor as in the Streamlit form, and kept here until sent.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { form, keep } = Fieldapp;
  const { find } = form;
  const WORDS = "photo_";
  const now = { module: null, host: null, shown: new Map() };
  const t = (key, values) => Fieldapp.text(key, values);

  async function draw(draft) {
    if (!find("more").open || form.state.mending) return thumbnails([]);
    try {
      now.module ||= await import(Fieldapp.files.photos);
      now.host ||= Fieldapp.room(find("photos"), now.module);
      show(draft);
    } catch { /* fetched again when the folder is opened again */ }
    return thumbnails(draft.photos);
  }

  function show(draft) {
    const most = form.state.kept.form.limits.photos, left = most - draft.photos.length;
    const words = Object.fromEntries(Object.entries(Fieldapp.texts).filter(([key]) => key.startsWith(WORDS)).map(([key, text]) => [key.slice(WORDS.length), text]));
    const data = { label: left ? words.take : t("photo_most", { n: most }), left, observation: draft.id, words };
    now.module.default({ data, parentElement: now.host, setTriggerValue: () => draw(form.state.draft), keep: take });
  }

  async function take({ id, blob }) {
    try {
      await keep.savePhoto(form.state.kept.user, id, blob);
      form.changed({ photos: [...form.state.draft.photos, { id }] });
      await form.store();
      return { why: "", again: false };
    } catch (error) {
      return { why: t(error.reason === "full" ? "full" : "photo_failed"), again: true };
    }
  }

  // The pictures themselves are opened only to be shown or sent.
  async function thumbnails(photos) {
    for (const [id, address] of now.shown) if (!photos.some((one) => one.id === id)) { URL.revokeObjectURL(address); now.shown.delete(id); }
    const lines = await Promise.all(photos.map(async ({ id }, n) => {
      const blob = now.shown.has(id) ? null : await keep.photo(form.state.kept.user, id);
      if (blob) now.shown.set(id, URL.createObjectURL(blob));
      return line(id, n + 1);
    }));
    find("thumbs").replaceChildren(...lines);
  }

  function line(id, number) {
    const item = document.createElement("li");
    const image = Object.assign(document.createElement("img"), { alt: `${t("photo_alt")} ${number}`, src: now.shown.get(id) || "" });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: t("photo_remove", { n: number }) });
    button.onclick = async () => {
      form.changed({ photos: form.state.draft.photos.filter((one) => one.id !== id) });
      await keep.dropPhoto(form.state.kept.user, id);
      await draw(form.state.draft);
    };
    item.append(image, button);
    return item;
  }

  // → [{id, blob}] for the outbox; one that cannot be opened any more stops the saving.
  async function blobs(user, photos) {
    const found = await Promise.all(photos.map(async ({ id }) => ({ id, blob: await keep.photo(user, id) })));
    if (found.some((one) => !one.blob)) throw new Error("a photo is gone");
    return found;
  }

  Fieldapp.photo = { draw, blobs };
})();
