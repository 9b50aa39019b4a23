// The app's one own script around Streamlit: Danish for its English crumbs, a calm line while the connection is away,
// the sign-in page when the session is over, and the right `lang`.
(() => {
  "use strict";
  const page = document.documentElement;
  let language = page.lang;
  // Streamlit would look for its server below the screen's address first (/ny/_stcore/…), and only then at the root.
  window.__streamlit = { ...window.__streamlit, BACKEND_BASE_URL: location.origin };

  const WORDS = new Map(Object.entries({
    "Drag and drop file here": "Træk en fil hertil", "Drag and drop a file here": "Træk en fil hertil",
    "Drag and drop files here": "Træk filer hertil", "Drag and drop directories here": "Træk mapper hertil",
    "Upload": "Vælg fil", "Browse files": "Vælg filer", "Browse": "Vælg", "Browse directories": "Vælg mapper",
    "Remove": "Fjern", "Remove file": "Fjern filen", "Uploading...": "Sender …",
    "Choose options": "Vælg", "Choose an option": "Vælg", "Choose or add options": "Vælg eller skriv",
    "Choose or add an option": "Vælg eller skriv", "Select all": "Vælg alle", "No results": "Ingen fundet",
    "No options to select": "Der er intet at vælge", "No options to select.": "Der er intet at vælge",
    "Clear value": "Ryd", "Clear all": "Ryd alle", "Open": "Åbn", "open": "åbn",
    "Show password": "Vis adgangskoden", "Hide password": "Skjul adgangskoden", "Show password text": "Vis adgangskoden",
    "Hide password text": "Skjul adgangskoden", "Press Enter to apply": "Tryk Enter for at bruge det",
    "Press Enter to submit form": "Tryk Enter for at sende", "Press ⌘+Enter to apply": "Tryk ⌘+Enter for at bruge det",
    "Press Ctrl+Enter to apply": "Tryk Ctrl+Enter for at bruge det",
    "Skip to main content": "Gå til indhold",
    "Close": "Luk", "Close dialog": "Luk", "Cancel": "Annullér", "Stop": "Stop", "Rerun": "Kør igen",
    "Running...": "Arbejder …", "Running": "Arbejder", "CONNECTING": "Forbinder …", "Connecting": "Forbinder …",
    "Please wait...": "Vent et øjeblik …", "Connection error": "Ingen forbindelse",
    "Connection lost. Please wait for the app to reconnect, then try again.": "Forbindelsen er væk. Vent lidt, og prøv igen.",
    "Page not found": "Siden findes ikke", "Bad message format": "Noget gik galt",
    "Fullscreen": "Fuld skærm", "Close fullscreen": "Luk fuld skærm", "Exit fullscreen": "Luk fuld skærm",
    "View fullscreen": "Fuld skærm", "Download as CSV": "Hent som CSV", "Search": "Søg", "Copy to clipboard": "Kopiér",
    "Copied": "Kopieret", "Copied to clipboard": "Kopieret", "Link to heading": "Link til overskriften",
    "Show/hide columns": "Vis eller skjul kolonner", "Previous month": "Forrige måned", "Next month": "Næste måned",
    "Previous month.": "Forrige måned", "Next month.": "Næste måned",
    "Increment": "Én op", "Decrement": "Én ned", "Increment value": "Én op", "Decrement value": "Én ned",
    "Take Photo": "Tag billede", "Clear photo": "Fjern billedet", "Select a date": "Vælg dato", "Select a date.": "Vælg dato",
    "Select a time": "Vælg tid", "Selected": "Valgt", "Choose a date range": "Vælg periode",
    "Show data": "Vis tal", "Show chart": "Vis diagram", "Save as SVG": "Gem som SVG", "Save as PNG": "Gem som PNG",
    "empty": "tomt", "Error": "Fejl", "Warning": "Advarsel", "Info": "Oplysning", "Success": "Udført",
    "This app has encountered an error.": "Noget gik galt. Genindlæs siden; det, du skrev, er gemt som kladde.",
  }));
  const PATTERNS = [
    [/^(?:Limit )?([\d.]+)\s?([KMG]B) per file(?: • (.+))?$/, (all, size, unit, kinds) => `Højst ${size} ${unit} pr. fil${kinds ? " · " + kinds : ""}`],
    [/^Remove (.+)$/, "Fjern $1"], [/^Clear value of (.+)$/, "Ryd $1"], [/^Help for (.+)$/, "Hjælp til $1"], [/^Help: (.+)$/, "Hjælp: $1"],
    [/^(.*)This app has encountered an error\. .*$/s, "Noget gik galt. Genindlæs siden; det, du skrev, er gemt som kladde."],
    [/^(\d+)\/(\d+)$/, "$1 af $2"],
    [/^You can only select up to (\d+) options?\..*$/, "Du kan højst vælge $1."],
  ];
  const ATTRIBUTES = ["aria-label", "placeholder", "title", "alt"];
  // What people wrote or the pages said themselves is never touched.
  const OURS = "[data-testid='stMarkdownContainer'], [data-testid='stHeading'], textarea, [contenteditable], .fa-line, pre, code, iframe";
  const CHROME = "[data-testid='stFileUploader'], [data-testid='stTooltipContent'], [data-testid='stException'], [data-testid='stStatusWidget'], [role='dialog'] header";

  function danish(text) {
    const trimmed = text.trim();
    if (!trimmed || trimmed.length > 300) return text;
    const word = WORDS.get(trimmed);
    if (word) return text.replace(trimmed, word);
    for (const [pattern, put] of PATTERNS) if (pattern.test(trimmed)) return trimmed.replace(pattern, put);
    return text;
  }

  function translateText(node) {
    const parent = node.parentElement;
    if (!parent || /^(SCRIPT|STYLE|TEXTAREA|INPUT)$/.test(parent.tagName)) return;
    if (parent.closest(OURS) && !parent.closest(CHROME)) return;
    const put = danish(node.data);
    if (put !== node.data) node.data = put;
  }

  function translateAttributes(element) {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (!value) continue;
      const put = danish(value);
      if (put !== value) element.setAttribute(name, put);
    }
  }

  function translate(root) {
    if (language !== "da") return;
    if (root.nodeType === Node.TEXT_NODE) { translateText(root); return; }
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    translateAttributes(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) translateText(node); else translateAttributes(node);
    }
  }

  // --- where we are, in the page's own terms
  function settle() {
    const marker = document.querySelector(".fa-language");
    if (marker && marker.lang && marker.lang !== page.lang) { page.lang = marker.lang; language = marker.lang; }
    const bar = document.querySelector(".st-key-fa_bar");
    if (bar) {
      if (bar.getAttribute("role") !== "navigation") { bar.setAttribute("role", "navigation"); bar.setAttribute("aria-label", language === "da" ? "Skærme" : "Screens"); }
      for (const link of bar.querySelectorAll("a")) {
        const here = new URL(link.href).pathname === location.pathname;
        if (here !== (link.getAttribute("aria-current") === "page")) { if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current"); }
      }
    }
    // Streamlit puts aria-required on boxes of a date field, where it is not allowed (WCAG 4.1.2).
    for (const box of document.querySelectorAll("[data-testid='stDateInputField'][aria-required], [role='group'][aria-required]")) box.removeAttribute("aria-required");
    if (document.querySelector(".st-key-fa_signed_out")) leave();
    connection();
    document.dispatchEvent(new Event("fieldapp-settled"));
  }

  // --- what works without a line, fetched when the page is done with what it needs itself
  const later = (document.currentScript?.dataset.later || "").split(" ").filter(Boolean);
  function fetchLater() {
    for (const src of later) document.head.append(Object.assign(document.createElement("script"), { src, async: false }));
  }
  addEventListener("load", () => setTimeout(fetchLater, 2000));

  // --- the session is over: to the sign-in page, and back here afterwards
  let leaving = false;
  function leave() {
    if (leaving) return;
    leaving = true;
    location.replace("/login?next=" + encodeURIComponent(location.pathname + location.search));
  }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.responseStatus === 401 && new URL(entry.name).pathname.startsWith("/_stcore/")) leave();
    }
  }).observe({ type: "resource", buffered: true });

  // --- a calm line instead of Streamlit's dialog while there is no connection
  const line = document.createElement("p"), words = document.createElement("span"), goOn = document.createElement("a");
  line.className = "fa-line";
  goOn.href = "/offline";
  line.append(words, goOn);
  line.hidden = true;
  line.setAttribute("role", "status");
  let timer = 0;
  function away() {
    return navigator.onLine === false || document.querySelector("[data-testid='stApp']")?.dataset.testConnectionState === "PINGING_SERVER";
  }
  // Streamlit's dialog says the same in English and covers what was typed.
  function dismiss() {
    for (const dialog of document.querySelectorAll("[role='dialog']")) {
      if (/server is not responding|Is Streamlit still running/.test(dialog.textContent)) dialog.querySelector("button")?.click();
    }
  }
  function connection() {
    if (!away()) { clearTimeout(timer); timer = 0; if (!line.hidden) line.hidden = true; return; }
    dismiss();
    if (!line.hidden || timer) return;
    timer = setTimeout(() => {
      timer = 0;
      if (!away()) return;
      words.textContent = language === "da" ? "Ingen forbindelse – prøver igen …" : "No connection – trying again …";
      goOn.hidden = true;
      line.hidden = false;
      timer = setTimeout(offerToGoOn, 2500);
    }, 1200);
  }
  // The offline page is there once the service worker is.
  function offerToGoOn() {
    timer = 0;
    if (!away() || !navigator.serviceWorker?.controller) return;
    const writing = location.pathname === "/ny", danish = language === "da";
    words.textContent = danish ? "Ingen forbindelse" : "No connection";
    if (writing) words.textContent += danish ? " – det, du skrev, er gemt." : " – what you wrote is saved.";
    goOn.textContent = danish ? "Fortsæt uden forbindelse" : "Go on without a connection";
    goOn.hidden = false;
  }
  addEventListener("online", connection);
  addEventListener("offline", connection);

  function start() {
    document.body.append(line);
    // The page moves down by as much: the line covers nothing.
    new ResizeObserver(() => page.style.setProperty("--fa-away", line.hidden ? "0px" : `${line.offsetHeight}px`)).observe(line);
    translate(document.body);
    settle();
    let queued = false;
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "childList") change.addedNodes.forEach(translate);
        else if (change.type === "characterData") translate(change.target);
        else if (language === "da" && ATTRIBUTES.includes(change.attributeName)) translateAttributes(change.target);
      }
      if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; settle(); }); }
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "data-test-connection-state"] });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
