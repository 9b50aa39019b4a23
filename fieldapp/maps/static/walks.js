/* Safety walks as /api/v1/walks gives them: routes, areas and numbers, while the page's address says `walks=1`.
   What the numbers stand for is in the list beside the map; no word of any walk comes here. */
(function () {
  "use strict";
  const APART = 48, MOST = 4; /* pixels between two marks; numbers on one */

  fieldapp.walks = function (map, { texts }) {
    map.createPane("routes").style.zIndex = 450; /* above squares and points, which lie on one canvas */
    map.createPane("walks").style.zIndex = 625;
    const look = { pane: "routes", renderer: L.svg({ pane: "routes", padding: 0.5 }), interactive: false };
    const state = { map, texts, look, query: null, request: null, walks: [], layer: L.layerGroup().addTo(map), numbers: L.layerGroup().addTo(map) };
    map.on("zoomend", () => number(state));
    fieldapp.follow(state, () => load(state));
    load(state);
  };

  async function load(state) {
    if (state.request) state.request.abort();
    const request = (state.request = new AbortController());
    state.query = window.parent.location.search;
    if (new URLSearchParams(state.query).get("walks") !== "1") return clear(state);
    try {
      const { walks } = await fieldapp.getJson("/api/v1/walks" + state.query, request.signal);
      if (request.signal.aborted) return;
      clear(state);
      draw(state, walks);
    } catch (error) {
      if (request.signal.aborted || fieldapp.gone.aborted) return;
      fieldapp.fault(state.map, "walks", state.texts.failed, () => load(state));
    }
  }

  function clear(state) {
    fieldapp.mend(state.map, "walks");
    state.layer.clearLayers();
    state.walks = [];
    number(state);
  }

  const position = ([lat, lon]) => [lat / 1e5, lon / 1e5];

  function draw(state, walks) {
    const { layer, look } = state;
    for (const { planned, line, area } of walks) {
      const className = planned ? "fa-walk fa-walk-planned" : "fa-walk";
      if (area.length) L.polygon(area.map(position), { ...look, className: className + " fa-walk-area" }).addTo(layer);
      if (!line.length) continue;
      L.polyline(line.map(position), { ...look, className: "fa-walk-edge" }).addTo(layer);
      L.polyline(line.map(position), { ...look, className }).addTo(layer);
    }
    state.walks = walks;
    number(state);
  }

  /* Numbers that would cover each other share one mark: the same walk walked again, or walks seen from far away. */
  function number({ map, numbers, walks }) {
    numbers.clearLayers();
    const groups = [];
    for (const { n, at } of walks) {
      const spot = map.project(position(at));
      const near = groups.find((one) => one.spot.distanceTo(spot) < APART);
      if (near) near.all.push(n);
      else groups.push({ spot, at, all: [n] });
    }
    for (const { at, all } of groups) {
      const text = all.length > MOST ? all.slice(0, MOST).join(" · ") + " …" : all.join(" · ");
      const icon = L.divIcon({ className: "", html: fieldapp.element("span", "fa-walk-number", text), iconSize: [0, 0] });
      const marker = L.marker(position(at), { icon, pane: "walks", interactive: false, keyboard: false }).addTo(numbers);
      marker.getElement().setAttribute("aria-hidden", "true");
    }
  }
})();
