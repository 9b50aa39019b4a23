// Reminders of 112, 114 or an «underretning» by what is chosen; the words and rules come with the form. Nothing is kept.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const { form } = Fieldapp;
  const BORGER = "https://www.borger.dk/";
  const ORDER = ["now", "police", "child"];

  // As `reminders` on the server reads it, without the words of the note.
  function found(category) {
    const { draft, kept } = form.state;
    const any = (wanted, value) => !wanted.length || wanted.includes(value);
    const holds = (rule) => (!rule.urgent || category.urgent) && any(rule.categories, category.key) && (draft.severity || 0) >= rule.severity
      && any(rule.age_band, draft.age_band) && any(rule.group_size, draft.group_size);
    const duties = kept.form.duties.rules.filter(holds).map((rule) => (rule.duty === "now" && !["now", "recently"].includes(draft.when) ? "police" : rule.duty));
    return ORDER.filter((duty) => duties.includes(duty) && !(duty === "police" && duties.includes("now")));
  }

  function draw(category) {
    const { duties } = form.state.kept.form;
    form.find("duties").replaceChildren(...(category && duties ? found(category).map((duty) => box(duty, duties)) : []));
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

  Fieldapp.duties = { draw };
})();
