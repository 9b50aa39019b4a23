// Names of the known places on the small map, close in: those that cover neither the pin nor each other.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const ZOOM = 16, MOST = 20;
  const SIDES = ["right", "left", "bottom", "top"];

  const apart = (a, b) => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;

  const inside = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

  // `places` are [{name, lat, lon}]; what stood in `layer` goes.
  Fieldapp.names = (L, view, layer, places) => {
    const pin = view.getContainer().querySelector(".pin"), seen = `${view.getZoom()}/${view.getBounds().toBBoxString()}/${pin && pin.style.transform}`;
    if (layer.seen === seen) return;
    layer.seen = seen;
    layer.clearLayers();
    if (view.getZoom() < ZOOM) return;
    const bounds = view.getBounds(), middle = view.getCenter();
    const near = places.filter((one) => bounds.contains([one.lat, one.lon])).sort((a, b) => middle.distanceTo([a.lat, a.lon]) - middle.distanceTo([b.lat, b.lon]));
    const frame = view.getContainer().getBoundingClientRect();
    const taken = [...view.getContainer().querySelectorAll(".pin, .leaflet-bar")].map((one) => one.getBoundingClientRect());
    for (const one of near.slice(0, MOST)) put(L, layer, one, { frame, taken });
  };

  function put(L, layer, { name, lat, lon }, { frame, taken }) {
    const content = Object.assign(document.createElement("span"), { textContent: name });
    for (const direction of SIDES) {
      const label = L.tooltip({ permanent: true, direction, className: "place-name", content }).setLatLng([lat, lon]).addTo(layer);
      const box = label.getElement().getBoundingClientRect();
      if (inside(box, frame) && taken.every((other) => apart(box, other))) return taken.push(box);
      const left = label.getElement();
      layer.removeLayer(label);
      left.remove(); // Leaflet lets it fade away
    }
    return undefined;
  }
})();
