// «Er det den samme?» without a line: asked of one's own that wait, by the distance and time the app itself goes by.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { outbox, form, place } = Fieldapp;
  const { state, find } = form;

  const gone = () => { find("same").hidden = true; };

  async function alike() {
    const { draft, kept } = state, { same_m: metres, same_s: seconds } = kept.form.limits;
    if (draft.lat === undefined || !metres) return null;
    const at = form.observedAt(draft, Date.now());
    const rows = (await outbox.list(kept.user)).filter(({ id, kind, record }) => !kind && record && id !== draft.id && record.category === draft.category
      && record.lat !== undefined && Math.abs(Date.parse(record.observed_at) - at) <= seconds * 1000 && place.metres(record, draft) <= metres);
    return rows.sort((a, b) => place.metres(a.record, draft) - place.metres(b.record, draft))[0] || null;
  }

  // → true where it is asked; the answer goes on from there.
  form.askSame = async () => {
    const row = await alike();
    if (!row) return false;
    const time = new Date(row.record.observed_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    form.put("same-text", Fieldapp.text("same", { what: `${form.category().label}, ${Fieldapp.text("today", { time })}` }));
    find("same").hidden = false;
    find("same-one").onclick = () => { gone(); form.leaveOut(); };
    find("same-new").onclick = () => { gone(); form.save(true); };
    find("same-one").focus();
    return true;
  };
})();
