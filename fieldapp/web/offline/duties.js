// Reminders of 112, 114 or an «underretning» by what is chosen and written; words and rules come from the server. Nothing is
// kept.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { form } = Fieldapp;
  const BORGER = "https://www.borger.dk/";
  const ORDER = ["now", "police", "child"], PRESENT = ["now", "recently"];

  // As `reminders` on the server reads it.
  function found(draft, category, note) {
    const { rules } = form.state.kept.form.duties, spoken = Fieldapp.noteRules, { key = "", urgent = false } = category || {};
    const any = (wanted, value) => !wanted.length || wanted.includes(value);
    const holds = (rule) => (!rule.urgent || urgent) && any(rule.categories, key) && (draft.severity || 0) >= rule.severity
      && any(rule.age_band, draft.age_band) && any(rule.group_size, draft.group_size);
    const said = note && spoken ? spoken.rules.filter((rule) => holds(rule) && Fieldapp.said(rule, note, spoken.groups)) : [];
    const isNow = !draft.when || PRESENT.includes(draft.when);
    const duties = [...rules.filter(holds), ...said].map((rule) => (rule.duty === "now" && !isNow ? "police" : rule.duty));
    return ORDER.filter((duty) => duties.includes(duty) && !(duty === "police" && duties.includes("now")));
  }

  // What the choices remind of stands at the category, what the note does beyond that at the note.
  function draw() {
    const { draft, kept: { form: { duties } } } = form.state, category = form.category();
    if (!duties) return;
    const chosen = found(draft, category, ""), told = chosen.includes("now") ? [...chosen, "police"] : chosen;
    put("duties", chosen, duties);
    put("note-duties", found(draft, category, draft.note || "").filter((duty) => !told.includes(duty)), duties);
  }

  // Drawn again only when it is another: a screen reader in the middle of it would begin anew.
  function put(id, wanted, duties) {
    const key = [document.documentElement.lang, ...wanted].join();
    if (form.find(id).dataset.duties === key) return;
    form.find(id).dataset.duties = key;
    form.find(id).replaceChildren(...wanted.map((duty) => box(duty, duties)));
  }

  function box(duty, { texts, report_url: report }) {
    const parts = { now: [["", texts.now]], police: [[texts.police_title, texts.police]], child: [[texts.child_title, texts.child], ["", texts.child_duty]] };
    const calls = {
      now: [["tel:112", texts.call_112], ["tel:114", texts.call_114]],
      police: [["tel:114", texts.call_114]],
      child: [[report || BORGER, report ? texts.report : texts.find_report], ["tel:114", texts.child_urgent]],
    };
    const made = Object.assign(document.createElement("div"), { className: "duty" });
    made.setAttribute("role", "note");
    const links = Object.assign(document.createElement("p"), { className: "calls" });
    links.append(...calls[duty].map(([href, textContent]) => Object.assign(document.createElement("a"), { href, textContent, rel: "noopener noreferrer" })));
    made.append(...parts[duty].map(paragraph), links);
    return made;
  }

  function paragraph([title, text]) {
    const line = document.createElement("p");
    if (title) line.append(Object.assign(document.createElement("strong"), { textContent: title }), " ");
    line.append(text);
    return line;
  }

  Fieldapp.duties = { draw, found };
})();
