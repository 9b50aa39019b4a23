/* The pin of «Ny observation». The GPS component on the page and this frame talk by postMessage, which stays within
   one tab; a position chosen here goes to Python as streamlit-folium's last_clicked. */
(function () {
  "use strict";
  const SHOW_ZOOM = 15;
  let taps = 0;

  fieldapp.picker = function (map, { texts }) {
    const state = { map, texts, pin: null, ring: null, dragging: false };
    map.doubleClickZoom.disable();
    map.on("click", (event) => choose(state, event));
    map.on("contextmenu", (event) => map.fire("click", { latlng: event.latlng }));
    window.addEventListener("message", (event) => hear(state, event));
    tell({ kind: "ask" });
  };

  function tell(message) {
    window.parent.postMessage({ source: "fieldapp-map", ...message }, window.location.origin);
  }

  /* Runs before streamlit-folium's own listener: the count makes a second tap on the same spot news to Python. */
  function choose(state, event) {
    const { lat, lng } = event.latlng;
    event.latlng = Object.assign(L.latLng(lat, lng), { n: Date.now() * 100 + (taps++ % 100) });
    movePin(state, event.latlng);
    drawRing(state, event.latlng, null);
    tell({ kind: "manual", lat, lon: lng });
    fieldapp.say(state.map, state.texts.chosen);
  }

  function hear(state, event) {
    const message = event.data;
    if (event.origin !== window.location.origin || !message || message.source !== "fieldapp-gps") return;
    if (!Number.isFinite(message.lat) || !Number.isFinite(message.lon) || state.dragging) return;
    const latlng = L.latLng(message.lat, message.lon);
    const first = !state.pin;
    if (message.accuracy_m) fieldapp.say(state.map, "");
    movePin(state, latlng);
    drawRing(state, latlng, message.accuracy_m);
    if (first || message.force || !wellInside(state.map, latlng)) centre(state, latlng, first || message.force);
  }

  function wellInside(map, latlng) {
    return map.getBounds().pad(-0.2).contains(latlng);
  }

  function centre(state, latlng, closer) {
    state.map.fieldapp.placed = true;
    const zoom = closer ? Math.max(SHOW_ZOOM, state.map.getZoom()) : state.map.getZoom();
    state.map.setView(latlng, zoom, { animate: !fieldapp.still() });
  }

  function movePin(state, latlng) {
    if (state.pin) {
      state.pin.setLatLng(latlng);
      return;
    }
    const icon = L.divIcon({ className: "fa-pin", html: fieldapp.element("span", "fa-pin-head"), iconSize: [44, 44], iconAnchor: [22, 43] });
    state.pin = L.marker(latlng, { icon, draggable: true, autoPan: true, title: state.texts.pin, keyboard: false });
    state.pin.on("dragstart", () => (state.dragging = true));
    state.pin.on("dragend", () => {
      state.dragging = false;
      state.map.fire("click", { latlng: state.pin.getLatLng() });
    });
    state.pin.addTo(state.map);
    state.pin.getElement().setAttribute("role", "img");
    state.pin.getElement().setAttribute("aria-label", state.texts.pin);
  }

  function drawRing(state, latlng, metres) {
    if (state.ring) state.ring.remove();
    state.ring = null;
    if (!Number.isFinite(metres) || metres <= 0) return;
    state.ring = L.circle(latlng, { radius: metres, interactive: false, className: "fa-ring", weight: 2 }).addTo(state.map);
  }
})();
