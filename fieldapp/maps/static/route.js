/* A route drawn on the map: a tap adds a point, a drag moves one, Enter adds the middle, and buttons take points away.
   It reaches Python the way streamlit-folium's Draw does, as `drawnItems` and the events draw:created and draw:edited;
   Leaflet.draw itself has 26 px buttons and no keyboard. */
(function () {
  "use strict";

  fieldapp.route = function (map, { texts, points }) {
    const state = { map, texts, points: points.map(([lon, lat]) => L.latLng(lat, lon)), line: null, corners: [], items: new L.FeatureGroup().addTo(map) };
    map.doubleClickZoom.disable();
    map.on("click", (event) => change(state, [...state.points, event.latlng]));
    addButtons(state);
    draw(state);
    if (state.points.length) {
      map.fieldapp.placed = true;
      map.fitBounds(L.latLngBounds(state.points).pad(0.3), { maxZoom: 17, animate: false });
    }
  };

  function change(state, points) {
    const fresh = !state.points.length;
    state.points = points.map((one) => L.latLng(one.lat, one.lng));
    draw(state);
    window.drawnItems = state.items; /* streamlit-folium puts its own there when it starts */
    state.map.fire(fresh ? "draw:created" : "draw:edited", { layer: state.line });
  }

  function draw(state) {
    state.items.clearLayers();
    for (const corner of state.corners) corner.remove();
    state.line = L.polyline(state.points, { className: "fa-route", interactive: false });
    state.items.addLayer(state.line);
    state.corners = state.points.map((point, n) => corner(state, point, n));
    const metres = state.points.reduce((sum, one, n) => (n ? sum + one.distanceTo(state.points[n - 1]) : 0), 0);
    const said = state.points.length ? state.texts.drawn : state.texts.empty;
    fieldapp.say(state.map, said.replace("{count}", String(state.points.length)).replace("{metres}", String(Math.round(metres / 10) * 10)));
  }

  function corner(state, point, n) {
    const last = n === state.points.length - 1;
    const look = n === 0 ? "fa-corner fa-corner-first" : last ? "fa-corner fa-corner-last" : "fa-corner";
    const icon = L.divIcon({ className: "", html: fieldapp.element("span", look), iconSize: [44, 44], iconAnchor: [22, 22] });
    const title = state.texts.corner.replace("{n}", String(n + 1));
    const marker = L.marker(point, { icon, draggable: true, keyboard: false, title, alt: title }).addTo(state.map);
    marker.on("dragend", () => change(state, state.points.map((one, place) => (place === n ? marker.getLatLng() : one))));
    return marker;
  }

  function addButtons(state) {
    const box = fieldapp.element("div", "fa-route-buttons");
    box.append(
      button(state.texts.back, () => state.points.length && change(state, state.points.slice(0, -1))),
      button(state.texts.clear, () => state.points.length && change(state, [])),
    );
    L.DomEvent.disableClickPropagation(box);
    state.map.getContainer().append(box);
  }

  function button(text, act) {
    const one = fieldapp.element("button", "fa-again", text);
    one.type = "button";
    one.onclick = act;
    return one;
  }
})();
