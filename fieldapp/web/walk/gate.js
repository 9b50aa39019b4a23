// The personal-data gate at a text: it says what it found, and asks where it is not sure. The server decides again.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const LOOK_MS = 700;
  const t = (key, values) => Fieldapp.text(key, values);
  const wordOf = (text) => text.normalize("NFC").trim().toLowerCase();
  let loading = null;

  // → the gate, or null where it can't be fetched.
  function loaded() {
    loading ||= import(`${location.origin}/assets/privacy.js`).then((module) => module.load().then(() => module)).catch(() => { loading = null; return null; });
    return loading;
  }

  // One text field with its question below; `state` is {text, spared}, `changed` hears of both.
  function field(area, box, state, changed) {
    let timer = 0;
    area.oninput = () => {
      state.text = area.value;
      box.replaceChildren();
      clearTimeout(timer);
      timer = setTimeout(look, LOOK_MS);
      changed();
    };

    function found(gate) {
      return gate.check(state.text).map((one) => ({ ...one, text: state.text.slice(one.from, one.to) }))
        .filter((one) => one.hard || !state.spared.includes(wordOf(one.text)));
    }

    // → "" (may be stored), hard, soft, or null where it can't be looked at.
    async function look() {
      if (!state.text.trim()) { box.replaceChildren(); return ""; }
      const gate = await loaded();
      if (!gate) return null;
      const all = found(gate), hard = all.filter((one) => one.hard);
      show(hard.length ? hard : all, Boolean(hard.length));
      return hard.length ? "hard" : all.length ? "soft" : "";
    }

    function show(some, hard) {
      if (!some.length) return box.replaceChildren();
      const words = [...new Set(some.map((one) => `«${one.text}» (${t(`${hard ? "hard" : "soft"}_${one.kind}`)})`))].join(", ");
      const said = Object.assign(document.createElement("p"), { textContent: t(hard ? "refused" : "asked", { words }) });
      const ways = Object.assign(document.createElement("div"), { className: "ways" });
      ways.append(button("remove", () => remove(some)));
      if (!hard) ways.append(button("not_a_person", () => spare(some)));
      return box.replaceChildren(said, ways);
    }

    function button(key, act) {
      return Object.assign(document.createElement("button"), { type: "button", textContent: t(key), onclick: act });
    }

    function remove(some) {
      let left = state.text;
      for (const one of [...some].sort((a, b) => b.from - a.from)) left = left.slice(0, one.from) + left.slice(one.to);
      area.value = state.text = left.replace(/ {2,}/g, " ").replace(/ +([,.!?])/g, "$1").trim();
      changed();
      look();
      area.focus();
    }

    function spare(some) {
      state.spared = [...new Set([...state.spared, ...some.map((one) => wordOf(one.text))])];
      changed();
      look();
      area.focus();
    }

    // Where the words stand that are said to be no person: [start, end] in code points, as the server counts.
    async function places() {
      const gate = state.text ? await loaded() : null;
      if (!gate) return [];
      return gate.check(state.text).filter((one) => !one.hard && state.spared.includes(wordOf(state.text.slice(one.from, one.to)))).map((one) => [one.start, one.end]);
    }

    const set = (text, spared) => { Object.assign(state, { text, spared }); area.value = text; box.replaceChildren(); };
    return { look, places, set };
  }

  Fieldapp.gate = { field, loaded };
})();
