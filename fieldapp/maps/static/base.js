/* What every map has: drawn ground, districts, places, controls, live text. Runs inside streamlit-folium's frame.
   Names come from files that may be replaced, so they only ever reach the page as textContent. */
(function () {
  "use strict";

  /* The shore of Køge Bugt as [lat, lon], drawn by hand for this project, ± 500 m: a hint of where the water is. */
  const WATER = [
    [55.62, 12.76], [55.585, 12.67], [55.556, 12.6], [55.57, 12.54], [55.597, 12.52], [55.594, 12.47],
    [55.604, 12.43], [55.606, 12.4], [55.601, 12.384], [55.594, 12.363], [55.588, 12.343], [55.578, 12.31],
    [55.567, 12.285], [55.555, 12.26], [55.53, 12.225], [55.5, 12.19], [55.455, 12.19], [55.43, 12.24],
    [55.4, 12.38], [55.33, 12.45], [55.1, 12.5], [55.1, 13.6], [55.62, 13.6],
  ];
  const PLACES_FROM_ZOOM = 15;
  const PAD = 0.25; /* of the view, drawn beyond its edges */
  const fieldapp = (window.fieldapp = {});

  fieldapp.still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  fieldapp.dark = () => window.matchMedia("(prefers-color-scheme: dark)").matches;

  fieldapp.element = function (tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  fieldapp.getJson = async function (url, signal) {
    const answer = await fetch(url, { signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error("HTTP " + answer.status);
    return answer.json();
  };

  /* Ends with the frame: removing an iframe does not stop listeners it has put on its parent. */
  const gone = new AbortController();
  window.addEventListener("pagehide", () => gone.abort());
  fieldapp.gone = gone.signal;

  /* A layer on one canvas over the whole view: it extends this with its `palette` and with `paint(context, payload, far)`,
     where `far` is the corner beyond which nothing is seen. */
  fieldapp.Canvas = L.Layer.extend({
    initialize(state) { this.state = state; },
    onAdd(map) {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide fa-canvas", map.getPanes().overlayPane);
      this.canvas.setAttribute("aria-hidden", "true");
      map.on("moveend zoomend resize viewreset", this.draw, this);
    },
    draw() {
      const { map, payload } = this.state;
      const size = map.getSize();
      this.pad = size.multiplyBy(PAD).round();
      const full = size.add(this.pad.multiplyBy(2));
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      Object.assign(this.canvas, { width: full.x * ratio, height: full.y * ratio });
      Object.assign(this.canvas.style, { width: full.x + "px", height: full.y + "px" });
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint(this.pad.multiplyBy(-1)));
      const context = this.canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, this.pad.x * ratio, this.pad.y * ratio);
      this.colours = this.palette[fieldapp.dark() ? "dark" : "light"];
      if (payload) this.paint(context, payload, full.subtract(this.pad));
    },
  });

  fieldapp.start = function (id, config) {
    dressFrame(config);
    const animated = !fieldapp.still();
    const map = L.map(id, {
      zoomControl: false, attributionControl: false, minZoom: 10, maxZoom: config.maxZoom, zoomSnap: config.snap,
      zoomAnimation: animated, fadeAnimation: animated, markerZoomAnimation: animated, inertia: animated,
    });
    map.fieldapp = { config, texts: config.texts, bars: addBars(map), names: [] };
    addControls(map);
    addKeyboard(map);
    restoreView(map);
    drawGround(map);
    map.on("layeradd", (event) => watchTiles(map, event.layer));
    return map;
  };

  /* When a layer asks its address again: another filter in the page's address, or word from the page of new data. */
  fieldapp.follow = function (state, load) {
    followAddress(state, load);
    followVersion(load);
  };

  function followAddress(state, load) {
    const look = () => { if (window.parent.location.search !== state.query) load(); };
    if (window.parent.navigation) {
      window.parent.navigation.addEventListener("currententrychange", look, { signal: fieldapp.gone });
    } else {
      const timer = setInterval(look, 500);
      fieldapp.gone.addEventListener("abort", () => clearInterval(timer));
    }
  }

  /* streamlit-folium uses its `html` argument only once; the page changes it to say that the data are new. */
  function followVersion(load) {
    let version = null;
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || !event.data || event.data.type !== "streamlit:render") return;
      const now = event.data.args && event.data.args.html;
      if (version !== null && now !== version) load();
      version = now;
    });
  }

  function dressFrame(config) {
    document.documentElement.lang = config.language;
    document.title = config.texts.title;
    try {
      window.frameElement.title = config.texts.title;
    } catch (error) { /* not in a frame of ours */ }
  }

  function addControls(map) {
    const { texts } = map.fieldapp;
    L.control.zoom({ position: "topright", zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);
    map.fieldapp.attribution = L.control.attribution({ prefix: false }).addTo(map);
    map.attributionControl = map.fieldapp.attribution;
  }

  function addKeyboard(map) {
    const container = map.getContainer();
    container.setAttribute("role", "application");
    container.setAttribute("aria-label", map.fieldapp.texts.help);
    const cross = fieldapp.element("div", "fa-cross");
    cross.setAttribute("aria-hidden", "true");
    container.append(cross);
    container.addEventListener("pointerdown", () => container.classList.remove("fa-keys"), true);
    container.addEventListener("blur", () => container.classList.remove("fa-keys"));
    document.addEventListener("keyup", (event) => {
      if (event.target === container) container.classList.add("fa-keys");
    });
    container.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== container) return;
      event.preventDefault();
      const latlng = map.getCenter();
      map.fire("click", { latlng, containerPoint: map.latLngToContainerPoint(latlng) });
    });
  }

  /* The view is remembered for this tab, so that coming back to a page finds the map as it was left. */
  function restoreView(map) {
    const { name, home } = map.fieldapp.config;
    const key = "fieldapp-view-" + name;
    const [west, south, east, north] = home;
    try {
      const [lat, lon, zoom] = JSON.parse(sessionStorage.getItem(key));
      map.setView([lat, lon], zoom);
      map.fieldapp.placed = true;
    } catch (error) {
      map.fitBounds([[south, west], [north, east]]);
    }
    map.on("moveend", () => {
      const { lat, lng } = map.getCenter();
      sessionStorage.setItem(key, JSON.stringify([lat, lng, map.getZoom()]));
    });
  }

  function addBars(map) {
    const box = fieldapp.element("div", "fa-bars");
    const live = fieldapp.element("div", "fa-live");
    live.setAttribute("role", "status");
    live.setAttribute("aria-live", "polite");
    const faults = fieldapp.element("div", "fa-faults");
    faults.setAttribute("role", "alert");
    box.append(live, faults);
    L.DomEvent.disableClickPropagation(box);
    map.getContainer().append(box);
    return { live, faults };
  }

  fieldapp.say = function (map, text) {
    const { live } = map.fieldapp.bars;
    if (live.textContent !== text) live.textContent = text;
  };

  /* One line per kind of fault; without `retry` the line has no button. */
  fieldapp.fault = function (map, kind, text, retry) {
    if (map.fieldapp.bars.faults.querySelector(`[data-kind="${kind}"]`)) return;
    const line = fieldapp.element("div", "fa-fault", text + " ");
    line.dataset.kind = kind;
    if (retry) {
      const button = fieldapp.element("button", "fa-again", map.fieldapp.texts.again);
      button.type = "button";
      button.onclick = () => { fieldapp.mend(map, kind); retry(); };
      line.append(button);
    }
    map.fieldapp.bars.faults.append(line);
  };

  fieldapp.mend = function (map, kind) {
    map.fieldapp.bars.faults.querySelectorAll(`[data-kind="${kind}"]`).forEach((line) => line.remove());
  };

  function watchTiles(map, layer) {
    if (!(layer instanceof L.TileLayer)) return;
    layer.on("tileerror", () => fieldapp.fault(map, "tiles", map.fieldapp.texts.noTiles));
    layer.on("tileload", () => fieldapp.mend(map, "tiles"));
  }

  function drawGround(map) {
    map.createPane("ground").style.zIndex = 150;
    map.createPane("lines").style.zIndex = 350;
    map.createPane("names").style.zIndex = 620;
    const look = { pane: "ground", renderer: L.svg({ pane: "ground", padding: 0.5 }), interactive: false };
    L.polygon(WATER, { ...look, className: "fa-water", stroke: false }).addTo(map);
    addName(map, [55.583, 12.415], "Køge Bugt", "fa-name fa-name-water");
    map.on("zoomend", () => arrangeNames(map));
    for (const sheet of document.querySelectorAll("link")) sheet.addEventListener("load", () => arrangeNames(map));
    drawDistricts(map, look)
      .then(() => fieldapp.getJson("/api/v1/places"))
      .then((places) => drawPlaces(map, places))
      .catch(() => {}); /* a map without place names is still a map */
  }

  async function drawDistricts(map, look) {
    try {
      const shapes = await fieldapp.getJson("/api/v1/districts");
      const lines = { pane: "lines", renderer: L.svg({ pane: "lines", padding: 0.5 }), interactive: false };
      L.geoJSON(shapes, { ...look, style: { className: "fa-district", stroke: false } }).addTo(map);
      L.geoJSON(shapes, { ...lines, style: { className: "fa-border", fill: false, weight: 2 } })
        .addTo(map)
        .eachLayer((layer) => nameDistrict(map, layer));
      arrangeNames(map);
      fitOnce(map, L.geoJSON(shapes).getBounds());
      if (shapes.features.some((feature) => feature.properties.indicative))
        map.fieldapp.attribution.addAttribution(asHtml(map.fieldapp.texts.indicative));
    } catch (error) {
      fieldapp.fault(map, "shapes", map.fieldapp.texts.noShapes, () => drawDistricts(map, look));
    }
  }

  /* The first view is the reader's own districts, unless there is a better reason to look elsewhere. */
  function fitOnce(map, bounds) {
    if (map.fieldapp.placed || !bounds.isValid()) return;
    map.fieldapp.placed = true;
    map.fitBounds(bounds, { animate: false });
  }

  function nameDistrict(map, layer) {
    const name = layer.feature.properties.name;
    if (typeof name === "string" && layer.getCenter) addName(map, layer.getCenter(), name, "fa-name");
  }

  /* Names are arranged in the order they come: water, districts, places. */
  function addName(map, latlng, text, className, fromZoom = 0) {
    const icon = L.divIcon({ className, html: fieldapp.element("span", "", text), iconSize: [0, 0] });
    const marker = L.marker(latlng, { icon, pane: "names", interactive: false, keyboard: false }).addTo(map);
    map.fieldapp.names.push({ marker, fromZoom });
  }

  function asHtml(text) {
    return fieldapp.element("span", "", text).innerHTML;
  }

  function drawPlaces(map, places) {
    for (const place of places.features) {
      if (!place.geometry || place.geometry.type !== "Point" || typeof place.properties.name !== "string") continue;
      const [lon, lat] = place.geometry.coordinates;
      addName(map, [lat, lon], place.properties.name, "fa-name fa-name-place", PLACES_FROM_ZOOM);
    }
    arrangeNames(map);
  }

  /* A name that would cover an earlier one is hidden; of a place the dot stays. */
  function arrangeNames(map) {
    const taken = [];
    for (const { marker, fromZoom } of map.fieldapp.names) {
      const element = marker.getElement();
      element.style.display = map.getZoom() >= fromZoom ? "" : "none";
      if (element.style.display) continue;
      const text = element.firstChild;
      const at = map.latLngToLayerPoint(marker.getLatLng());
      const left = fromZoom ? at.x : at.x - text.offsetWidth / 2;
      const box = L.bounds([left, at.y - 9], [left + text.offsetWidth, at.y + 9]);
      const covered = taken.some((other) => box.overlaps(other));
      text.style.visibility = covered ? "hidden" : "";
      if (!covered) taken.push(box);
    }
  }
})();
