/* A walk's route and area drawn on the map: a tap adds a point, a drag moves one, Enter adds the middle, and buttons
   choose the shape and take points away. It reaches Python the way streamlit-folium's Draw does, as `drawnItems` and the
   events draw:created and draw:edited; Leaflet.draw itself has 26 px buttons and no keyboard. */
(function () {
  "use strict";
  const SHAPES = ["route", "area"], CORNERS = 3;

  fieldapp.route = function (map, { texts, route, area }) {
    const latLngs = (points) => points.map(([lon, lat]) => L.latLng(lat, lon));
    const state = { map, texts, shape: "route", points: { route: latLngs(route), area: latLngs(area) }, corners: [], items: new L.FeatureGroup().addTo(map) };
    map.doubleClickZoom.disable();
    map.on("click", (event) => change(state, [...state.points[state.shape], event.latlng]));
    addButtons(state);
    draw(state);
    const all = [...state.points.route, ...state.points.area];
    if (all.length) {
      map.fieldapp.placed = true;
      map.fitBounds(L.latLngBounds(all).pad(0.3), { maxZoom: 17, animate: false });
    }
  };

  function change(state, points) {
    const fresh = !state.points[state.shape].length;
    state.points[state.shape] = points.map((one) => L.latLng(one.lat, one.lng));
    draw(state);
    window.drawnItems = state.items; /* streamlit-folium puts its own there when it starts */
    state.map.fire(fresh ? "draw:created" : "draw:edited", { layer: state.line });
  }

  function draw(state) {
    const { route, area } = state.points;
    state.items.clearLayers();
    for (const corner of state.corners) corner.remove();
    if (area.length >= CORNERS) state.items.addLayer(L.polygon(area, { className: "fa-route fa-route-area", interactive: false }));
    state.line = L.polyline(route, { className: "fa-route", interactive: false });
    state.items.addLayer(state.line);
    state.corners = state.points[state.shape].map((point, n) => corner(state, point, n));
    for (const shape of SHAPES) state.choices[shape].setAttribute("aria-pressed", String(shape === state.shape));
    state.clear.textContent = state.texts[`clear_${state.shape}`];
    fieldapp.say(state.map, said(state));
  }

  function said({ texts, shape, points: { [shape]: points } }) {
    if (shape === "area") return (points.length < CORNERS ? texts.area_empty : texts.area_drawn).replace("{count}", String(points.length));
    const metres = points.reduce((sum, one, n) => (n ? sum + one.distanceTo(points[n - 1]) : 0), 0);
    return (points.length ? texts.drawn : texts.empty).replace("{count}", String(points.length)).replace("{metres}", String(Math.round(metres / 10) * 10));
  }

  function corner(state, point, n) {
    const points = state.points[state.shape], last = n === points.length - 1;
    const look = n === 0 ? "fa-corner fa-corner-first" : last ? "fa-corner fa-corner-last" : "fa-corner";
    const icon = L.divIcon({ className: "", html: fieldapp.element("span", look), iconSize: [44, 44], iconAnchor: [22, 22] });
    const title = state.texts.corner.replace("{n}", String(n + 1));
    const marker = L.marker(point, { icon, draggable: true, keyboard: false, title, alt: title }).addTo(state.map);
    marker.on("dragend", () => change(state, points.map((one, place) => (place === n ? marker.getLatLng() : one))));
    return marker;
  }

  function addButtons(state) {
    const box = fieldapp.element("div", "fa-route-buttons"), own = () => state.points[state.shape];
    state.choices = Object.fromEntries(SHAPES.map((shape) => [shape, button(state.texts[`draw_${shape}`], () => { state.shape = shape; draw(state); })]));
    state.clear = button("", () => own().length && change(state, []));
    box.append(...Object.values(state.choices), button(state.texts.back, () => own().length && change(state, own().slice(0, -1))), state.clear);
    for (const one of box.children) L.DomEvent.disableClickPropagation(one); /* between them the map is tapped */
    state.map.getContainer().append(box);
  }

  function button(text, act) {
    const one = fieldapp.element("button", "fa-again", text);
    one.type = "button";
    one.onclick = act;
    return one;
  }
})();
