// What is typed is kept: within a quarter of a second, and at once when the page goes out of sight or away.
(() => {
  "use strict";
  const { form, vault } = self.Fieldapp;
  const { state, find } = form;
  const KEEP_MS = 250;

  form.changed = (said) => {
    Object.assign(state.draft, said, { touched: true });
    state.changes += 1;
    find("same").hidden = true; // asked of what stood here before
    state.timer ||= setTimeout(form.store, KEEP_MS);
  };

  // One after the other, or an older text could come last.
  form.store = () => {
    clearTimeout(state.timer);
    state.timer = 0;
    return form.inTurn(write);
  };

  form.inTurn = (work) => {
    state.stored = Promise.resolve(state.stored).catch(() => {}).then(work);
    return state.stored;
  };

  // What is to be kept, as `vault.keep` takes it.
  function unkept() {
    const { kept: { user }, draft, mending } = state;
    return mending ? [user, "mending", { mending, draft }] : [user, "draft", draft];
  }

  async function write() {
    const [user, name, value] = unkept(), { changes } = state;
    if (!state.draft.touched) return;
    try {
      await vault.keep(user, name, value, { sealed: true });
      state.written = changes;
    } catch (error) {
      if (error.reason === "full") form.say("full");
      else throw error;
    }
  }

  function hurry() { if (state.timer) form.store(); }

  // The page is gone before anything is sealed: the worker, which is not, does it.
  function leaving() {
    if (state.written === state.changes || state.saving || !state.draft?.touched) return;
    navigator.serviceWorker?.controller?.postMessage({ keep: unkept() });
    form.store();
  }

  document.addEventListener("visibilitychange", () => { if (document.hidden) hurry(); });
  for (const last of ["blur", "focusout"]) addEventListener(last, hurry);
  addEventListener("pagehide", leaving);
})();
