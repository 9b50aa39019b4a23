// Where it was: the phone's position, the district and place it belongs to, and a small map on wish.
(() => {
  "use strict";
  const Fieldapp = self.Fieldapp;
  const WATCH = { enableHighAccuracy: true, maximumAge: 5000, timeout: 20000 };
  const STALE_MS = 30000; // a best fix older than this gives way to a worse one
  const MOVED_M = 15, POOR_M = 50;
  const KINDS = { 1: "denied", 2: "unavailable", 3: "timeout" };
  const DEGREE_M = 111320;

  // --- the position: {state: waiting|asking|ok|poor|denied|…, fix}
  function watch(tell) {
    const now = { state: "waiting", fix: null };
    let running = null;
    const say = (state) => { now.state = state; tell(now); };
    const found = ({ coords, timestamp }) => {
      const fix = { lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy * 10) / 10, at: timestamp };
      if (!better(fix, now.fix)) return;
      now.fix = fix;
      say(fix.accuracy_m > POOR_M ? "poor" : "ok");
    };
    const start = () => {
      if (running !== null) navigator.geolocation.clearWatch(running);
      running = null;
      if (!isSecureContext) return say("insecure");
      if (!navigator.geolocation) return say("unavailable");
      say(now.fix ? now.state : "waiting");
      running = navigator.geolocation.watchPosition(found, (error) => { if (!now.fix || error.code === 1) say(KINDS[error.code]); }, WATCH);
    };
    const wake = () => { if (!document.hidden) start(); };
    document.addEventListener("visibilitychange", wake);
    prompted(now, say);
    start();
    return { now, start };
  }

  async function prompted(now, say) {
    try {
      const permission = await navigator.permissions.query({ name: "geolocation" });
      if (permission.state === "prompt" && now.state === "waiting") say("asking");
    } catch { /* older browsers cannot tell */ }
  }

  function better(fix, best) {
    if (!best || fix.at - best.at > STALE_MS || fix.accuracy_m <= best.accuracy_m) return true;
    return metres(fix, best) > Math.max(MOVED_M, fix.accuracy_m);
  }

  function metres(a, b) {
    return DEGREE_M * Math.hypot((b.lon - a.lon) * Math.cos((a.lat * Math.PI) / 180), b.lat - a.lat);
  }

  // Rounded, or a screen reader would never be silent.
  function accuracy(value, language) {
    if (value >= 1000) return `${(value / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} km`;
    const step = value < 20 ? 1 : value < 100 ? 5 : 50;
    return `${Math.max(1, Math.round(value / step) * step)} m`;
  }

  // --- districts: polygons in degrees, measured in metres round the position
  function describe(at, { form: { border }, districts, places }) {
    const near = (districts ? districts.features : []).map((one) => ({
      id: one.properties.id, name: one.properties.name, metres: away(at, one.geometry),
    })).sort((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1));
    const own = near[0] && near[0].metres <= border.outside_m ? near[0] : null;
    const place = nearest(at, places);
    return {
      district: own, approximate: Boolean(own && own.metres > 0.5), place: place && place.metres <= border.place_m ? place.name : null,
      other: near.find((one) => one !== own && one.metres <= border.choice_m) || null,
    };
  }

  function nearest(at, places) {
    return named(places).map((one) => ({ ...one, metres: metres(at, one) })).sort((a, b) => a.metres - b.metres)[0] || null;
  }

  function named(places) {
    return (places ? places.features : []).filter((one) => one.geometry && one.geometry.type === "Point" && typeof one.properties.name === "string")
      .map((one) => ({ name: one.properties.name, lat: one.geometry.coordinates[1], lon: one.geometry.coordinates[0] }));
  }

  // Metres from the position to a Polygon or MultiPolygon, 0 inside.
  function away(at, { type, coordinates }) {
    const polygons = type === "Polygon" ? [coordinates] : type === "MultiPolygon" ? coordinates : [];
    const scale = [DEGREE_M * Math.cos((at.lat * Math.PI) / 180), DEGREE_M];
    let least = Infinity;
    for (const rings of polygons) {
      const flat = rings.map((ring) => ring.map(([lon, lat]) => [(lon - at.lon) * scale[0], (lat - at.lat) * scale[1]]));
      if (flat.filter(around).length % 2) return 0;
      for (const ring of flat) least = Math.min(least, edge(ring));
    }
    return least;
  }

  // Does the ring go round the origin?
  function around(ring) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [x, y] = ring[i], [u, v] = ring[j];
      if (y > 0 !== v > 0 && 0 < ((u - x) * -y) / (v - y) + x) inside = !inside;
    }
    return inside;
  }

  function edge(ring) {
    let least = Infinity;
    for (let i = 1; i < ring.length; i += 1) {
      const [x, y] = ring[i - 1], dx = ring[i][0] - x, dy = ring[i][1] - y;
      const t = Math.max(0, Math.min(1, -(x * dx + y * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(x + t * dx, y + t * dy));
    }
    return least;
  }

  // --- the map: fetched when it is wanted, drawn from what the phone has
  let leaflet = null;
  function loaded(files) {
    leaflet ||= new Promise((resolve, reject) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: files.leaflet_css });
      const script = Object.assign(document.createElement("script"), { src: files.leaflet, onload: resolve, onerror: reject });
      document.head.append(sheet, script);
    }).catch((error) => { leaflet = null; throw error; });
    return leaflet;
  }

  // → {show(at, accuracy_m), resize, view}; `choose` hears of a place that is tapped, dragged to or confirmed with Enter.
  async function map(box, { files, districts, places, at, words, tiles, choose }) {
    await loaded(files);
    const L = self.L;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const view = L.map(box, { zoomControl: false, attributionControl: false, zoomAnimation: !still, fadeAnimation: !still, inertia: !still, maxZoom: 19 });
    L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(view);
    const shapes = L.geoJSON(districts || { type: "FeatureCollection", features: [] }, { interactive: false, className: "district" }).addTo(view);
    shapes.eachLayer((layer) => name(L, view, layer));
    if (tiles) L.tileLayer(tiles === true ? "/tiles/{z}/{x}/{y}" : tiles, { maxNativeZoom: 18, maxZoom: 19 }).addTo(view);
    const bounds = shapes.getBounds();
    if (at) view.setView([at.lat, at.lon], 16);
    else if (bounds.isValid()) view.fitBounds(bounds);
    else view.setView([55.614, 12.358], 14);
    view.doubleClickZoom.disable();
    view.on("click", (event) => choose({ lat: event.latlng.lat, lon: event.latlng.lng }));
    keys(box, view, words, choose);
    const layer = L.layerGroup().addTo(view), label = () => Fieldapp.names && Fieldapp.names(L, view, layer, named(places));
    view.on("moveend", label);
    const drawn = shown(L, view, words, choose);
    return { ...drawn, show: (...spot) => { drawn.show(...spot); label(); } };
  }

  function name(L, view, layer) {
    const label = document.createElement("span");
    label.textContent = layer.feature.properties.name;
    const icon = L.divIcon({ className: "district-name", html: label, iconSize: [0, 0] });
    L.marker(layer.getBounds().getCenter(), { icon, interactive: false, keyboard: false }).addTo(view);
  }

  function keys(box, view, words, choose) {
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", words.map);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== box) return;
      event.preventDefault();
      choose({ lat: view.getCenter().lat, lon: view.getCenter().lng });
    });
  }

  function shown(L, view, words, choose) {
    const head = Object.assign(document.createElement("span"), { className: "pin-head" });
    const icon = L.divIcon({ className: "pin", html: head, iconSize: [44, 44], iconAnchor: [22, 43] });
    let pin = null, ring = null;
    const show = (at, accuracy_m) => {
      if (ring) ring.remove();
      ring = null;
      if (!at) { if (pin) pin.remove(); pin = null; return; }
      if (!pin) {
        pin = L.marker([at.lat, at.lon], { icon, draggable: true, title: words.pin, alt: words.pin, keyboard: false }).addTo(view);
        pin.on("dragend", () => choose({ lat: pin.getLatLng().lat, lon: pin.getLatLng().lng }));
      } else pin.setLatLng([at.lat, at.lon]);
      if (accuracy_m) ring = L.circle([at.lat, at.lon], { radius: accuracy_m, interactive: false, className: "ring" }).addTo(view);
      if (!view.getBounds().pad(-0.2).contains([at.lat, at.lon])) view.setView([at.lat, at.lon], Math.max(view.getZoom(), 15));
    };
    return { show, resize: () => view.invalidateSize(), view };
  }

  Fieldapp.place = { watch, describe, named, accuracy, map, metres };
})();
