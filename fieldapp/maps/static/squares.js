/* Squares as /api/v1/squares gives them (docs/maps.md), on one canvas: shade by situations per hour, hatching where
   presence was low, dots where nobody has been, a double line and a letter where a place stands out.
   The filter is the query of the page's address; all texts are drawn on the canvas or as textContent. */
(function () {
  "use strict";
  const NOT_VISITED = 1, LOW_PRESENCE = 2, STANDS_OUT = 4, MANY = 8;
  const STEPS = [0, 18, -18, 30, -30, 42, -42]; /* pixels */
  const CORNERS = [[-2, -24], [-24, -24], [-2, -2], [-24, -2]]; /* of a letter, from its square's north-eastern corner */
  const HIDDEN = -1; /* a number that is too small to tell, or hours that are not known */
  const COLOURS = {
    light: { shades: ["#dbe9f6", "#b0cfea", "#79afdc", "#3b82c4", "#134f92"], grain: "#57606a", line: "#0b1b2b", halo: "#ffffff", edge: "rgba(11, 27, 43, 0.18)" },
    dark: { shades: ["#1e3d5a", "#285a88", "#3a7cb5", "#69a8dd", "#b5d8f7"], grain: "#aab6c2", line: "#ffffff", halo: "#10161d", edge: "rgba(255, 255, 255, 0.2)" },
  };

  fieldapp.squares = function (map, { texts }) {
    const state = { map, texts, payload: null, query: null, request: null, letters: [] };
    state.canvas = new Drawing(state).addTo(map);
    /* The map stands in the middle of a long page: a wheel scrolls the page on, the buttons and + and − zoom. */
    map.scrollWheelZoom.disable();
    map.on("click", (event) => tap(state, event));
    /* Names come when the districts have been read, before or after the letters. */
    map.on("zoomend layeradd", (event) => { if (event.type === "zoomend" || event.layer instanceof L.Marker) requestAnimationFrame(() => clearNames(state)); });
    fieldapp.follow(state, () => load(state));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) load(state); });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state.canvas.draw());
    load(state);
  };

  async function load(state) {
    if (state.request) state.request.abort();
    const request = (state.request = new AbortController());
    state.query = window.parent.location.search;
    try {
      const payload = await fieldapp.getJson("/api/v1/squares" + state.query, request.signal);
      if (request.signal.aborted) return;
      state.payload = payload;
      state.at = new Map(payload.n.map((n, index) => [n * payload.width + payload.e[index], index]));
      fieldapp.mend(state.map, "squares");
      showArea(state);
      fieldapp.say(state.map, summary(state));
      state.map.closePopup();
      state.canvas.draw();
      drawLetters(state);
    } catch (error) {
      if (request.signal.aborted || fieldapp.gone.aborted) return;
      fieldapp.fault(state.map, "squares", state.texts.failed, () => load(state));
    }
  }

  /* Another district is another place to look at; the same one stays as the reader left it. */
  function showArea({ map, payload }) {
    const key = "fieldapp-squares-area";
    const before = sessionStorage.getItem(key);
    sessionStorage.setItem(key, payload.area);
    if (before === payload.area || (before === null && !payload.area) || !payload.n.length) return;
    map.fieldapp.placed = true;
    const corners = payload.n.map((n, index) => position(payload, n / payload.height, payload.e[index] / payload.width));
    map.fitBounds(L.latLngBounds(corners).pad(0.05), { animate: !fieldapp.still() });
  }

  /* ---- words ---- */

  function number(state, n, digits = 0) {
    return new Intl.NumberFormat(state.map.fieldapp.config.language, { maximumFractionDigits: digits }).format(n);
  }

  function filled(text, values) {
    return Object.entries(values).reduce((said, [name, value]) => said.replaceAll("{" + name + "}", () => value), text);
  }

  function summary(state) {
    const { known, spots } = state.payload;
    const key = known ? "stands" : "many";
    return filled(state.texts[key + (spots.length === 1 ? "One" : spots.length ? "" : "None")], { count: number(state, spots.length) });
  }

  function told(state, index) {
    const { payload, texts } = state;
    const [count, tenths, mark] = [payload.situations[index], payload.hours[index], payload.mark[index]];
    if (mark & NOT_VISITED) return [texts.notVisited, ...(count ? [counted(state, count)] : [])];
    const hours = tenths === HIDDEN ? "" : filled(texts.hours, { hours: number(state, tenths / 10, tenths < 100 ? 1 : 0) });
    const rest = mark & LOW_PRESENCE ? [texts.lowPresence] : count === HIDDEN ? [texts.tooFew] : [];
    return [filled(texts.onHours, { situations: counted(state, count), hours }).trim(), ...rest];
  }

  function counted(state, count) {
    if (count === HIDDEN) return state.texts.underFive;
    return filled(state.texts[count ? "situations" : "none"], { count: number(state, count) });
  }

  function tap(state, event) {
    const index = state.payload ? state.canvas.squareAt(event.containerPoint) : -1;
    if (index < 0) return;
    const { payload, texts } = state;
    const box = fieldapp.element("div", "fa-popup");
    const spot = payload.spots.find((one) => one.squares.includes(index));
    if (spot) {
      box.append(fieldapp.element("div", "fa-what", spot.letter + " · " + spot.name));
      for (const line of spot.lines) box.append(fieldapp.element("div", "fa-when", line));
    }
    told(state, index).forEach((line, place) => box.append(fieldapp.element("div", place || spot ? "fa-when" : "fa-what", line)));
    box.append(fieldapp.element("div", "fa-when", filled(texts.square, { size: number(state, payload.size), months: payload.months })));
    const popup = L.popup({ maxWidth: 280, maxHeight: 240, autoPanPadding: [12, 60] }).setLatLng(event.latlng).setContent(box).openOn(state.map);
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", state.map.fieldapp.texts.close);
  }

  /* ---- drawing ---- */

  /* Letters lie over the names of districts and beside their square, which may be smaller than they are. */
  function drawLetters(state) {
    const { map, payload } = state;
    if (!map.getPane("letters")) map.createPane("letters").style.zIndex = 630;
    state.letters.forEach((marker) => marker.remove());
    state.letters = payload.spots.map(({ letter, squares }) => {
      const top = squares.reduce((best, index) => (payload.n[index] > payload.n[best] ? index : best));
      const at = position(payload, (payload.n[top] + 1) / payload.height, (payload.e[top] + 1) / payload.width);
      const icon = L.divIcon({ className: "fa-letter", html: fieldapp.element("span", "", letter), iconSize: [26, 26], iconAnchor: [2, 24] });
      const marker = L.marker(at, { icon, pane: "letters", interactive: false, keyboard: false }).addTo(map);
      marker.getElement().setAttribute("aria-hidden", "true");
      return marker;
    });
  }

  /* Letters go to a corner of their square where they cover no other; names of districts step up or down from them. */
  function clearNames({ map, letters }) {
    const taken = [];
    const free = (boxes) => boxes.find(([, one]) => !taken.some((other) => one.overlaps(other))) || boxes[0];
    for (const marker of letters) {
      const at = map.latLngToLayerPoint(marker.getLatLng());
      const [[x, y], box] = free(CORNERS.map((by) => [by, L.bounds(at.add(by), at.add(by).add([26, 26]))]));
      Object.assign(marker.getElement().style, { marginLeft: x + "px", marginTop: y + "px" });
      taken.push(box);
    }
    for (const { marker, fromZoom } of map.fieldapp.names) {
      const element = marker.getElement();
      if (fromZoom || !element || element.style.display) continue;
      const half = element.firstChild.offsetWidth / 2;
      const at = map.latLngToLayerPoint(marker.getLatLng());
      const boxes = STEPS.map((step) => [step, L.bounds([at.x - half, at.y + step - 9], [at.x + half, at.y + step + 9])]);
      const [step, box] = free(boxes);
      element.firstChild.style.marginTop = step + "px";
      taken.push(box);
    }
  }

  const Drawing = fieldapp.Canvas.extend({
    palette: COLOURS,
    paint(context, payload, far) {
      this.corners = new Map();
      const looks = { [NOT_VISITED]: this.grain(context, dots), [LOW_PRESENCE]: this.grain(context, stripes) };
      for (const index of payload.n.keys()) {
        const ring = this.ring(payload.n[index], payload.e[index]);
        if (ring.some((at) => at.x > -this.pad.x && at.y > -this.pad.y && at.x < far.x && at.y < far.y)) this.square(context, payload, index, ring, looks);
      }
      for (const spot of payload.spots) this.outline(context, payload, spot);
    },
    square(context, { shade, mark }, index, ring, looks) {
      path(context, ring);
      context.fillStyle = this.colours.shades[shade[index] - 1];
      if (shade[index]) context.fill();
      context.fillStyle = looks[mark[index] & (NOT_VISITED | LOW_PRESENCE)];
      if (mark[index] & (NOT_VISITED | LOW_PRESENCE)) context.fill();
      context.strokeStyle = this.colours.edge;
      context.lineWidth = 1;
      context.stroke();
    },
    /* A small picture, repeated, that is seen without any colour. */
    grain(context, drawn) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const pen = tile.getContext("2d");
      pen.fillStyle = pen.strokeStyle = this.colours.grain;
      drawn(pen);
      return context.createPattern(tile, "repeat");
    },
    outline(context, payload, { squares, sure }) {
      const own = new Set(squares.map((index) => payload.n[index] * payload.width + payload.e[index]));
      context.beginPath();
      for (const index of squares) {
        const [n, e] = [payload.n[index], payload.e[index]];
        const [sw, se, ne, nw] = this.ring(n, e);
        for (const [dn, de, from, to] of [[-1, 0, sw, se], [0, 1, se, ne], [1, 0, ne, nw], [0, -1, nw, sw]]) {
          if (own.has((n + dn) * payload.width + e + de)) continue;
          context.moveTo(from.x, from.y);
          context.lineTo(to.x, to.y);
        }
      }
      context.lineCap = "square";
      context.setLineDash(sure ? [] : [10, 8]);
      for (const [width, colour] of [[8, this.colours.halo], [6, this.colours.line], [sure ? 2 : 0, this.colours.halo]]) {
        if (!width) continue;
        Object.assign(context, { lineWidth: width, strokeStyle: colour });
        context.stroke();
      }
      context.setLineDash([]);
    },
    ring(n, e) {
      return [this.corner(n, e), this.corner(n, e + 1), this.corner(n + 1, e + 1), this.corner(n + 1, e)];
    },
    corner(n, e) {
      const { map, payload } = this.state;
      const key = n * (payload.width + 1) + e;
      if (!this.corners.has(key)) this.corners.set(key, map.latLngToContainerPoint(position(payload, n / payload.height, e / payload.width)));
      return this.corners.get(key);
    },
    squareAt(at) {
      const { payload } = this.state;
      if (!at) return -1;
      return payload.n.findIndex((n, index) => within(at, this.ring(n, payload.e[index])));
    },
  });

  /* The grid bends a little on the map: three points along its southern and northern edge are enough to 1 m. */
  function position({ corners }, v, u) {
    const along = [2 * (u - 0.5) * (u - 1), -4 * u * (u - 1), 2 * u * (u - 0.5)];
    const part = (row, axis) => along.reduce((sum, share, place) => sum + share * corners[row * 3 + place][axis], 0);
    return L.latLng(((1 - v) * part(0, 0) + v * part(1, 0)) / 1e6, ((1 - v) * part(0, 1) + v * part(1, 1)) / 1e6);
  }

  function within(at, ring) {
    return ring.every((one, place) => {
      const next = ring[(place + 1) % 4];
      return (next.x - one.x) * (at.y - one.y) - (next.y - one.y) * (at.x - one.x) <= 0;
    });
  }

  function path(context, ring) {
    context.beginPath();
    ring.forEach((at) => context.lineTo(at.x, at.y));
    context.closePath();
  }

  function dots(pen) {
    pen.globalAlpha = 0.6;
    pen.fillRect(1, 1, 1.5, 1.5);
    pen.fillRect(5, 5, 1.5, 1.5);
  }

  function stripes(pen) {
    pen.globalAlpha = 0.75;
    pen.lineWidth = 1.5;
    for (const start of [-8, 0, 8]) {
      pen.moveTo(start, 8);
      pen.lineTo(start + 8, 0);
    }
    pen.stroke();
  }
})();
