/* Observations as /api/v1/map gives them (docs/maps.md): areas far out, points close in, on one canvas.
   The filter is the query of the page's address; nothing here is written by a user except labels, drawn as text. */
(function () {
  "use strict";
  const REACH = 22; /* half a touch target in pixels */
  const WAIT = 250;
  const COLOURS = {
    light: { place: "#1a5a9e", people: "#a43e00", good: "#1b6e35", edge: "#fff", own: "#111", cell: "26, 82, 145", text: "#0b1b2b", halo: "#fff" },
    dark: { place: "#7db8ff", people: "#ffae66", good: "#7fdb96", edge: "#10161d", own: "#fff", cell: "118, 178, 255", text: "#fff", halo: "#10161d" },
  };
  const SHAPES = {
    people: (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
    place: (c, x, y, r) => c.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8),
    good: (c, x, y, r) => { c.moveTo(x, y - r * 1.25); c.lineTo(x + r * 1.25, y); c.lineTo(x, y + r * 1.25); c.lineTo(x - r * 1.25, y); c.closePath(); },
  };

  fieldapp.observations = function (map, { texts }) {
    const state = { map, texts, payload: null, query: null, request: null, reported: null, taps: 0 };
    state.canvas = new Drawing(state).addTo(map);
    addLegend(state);
    map.on("click", (event) => tap(state, event));
    map.on("moveend", debounce(() => { if (!covered(state)) load(state); }, WAIT));
    fieldapp.follow(state, () => load(state));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) load(state); });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => state.canvas.draw());
    load(state);
  };

  function debounce(work, milliseconds) {
    let timer = 0;
    return () => { clearTimeout(timer); timer = setTimeout(work, milliseconds); };
  }

  function covered({ map, payload }) {
    if (!payload || !payload.covers) return false;
    const [low, high] = payload.covers.zoom;
    if (Math.round(map.getZoom()) < low || Math.round(map.getZoom()) > high) return false;
    if (!payload.covers.bbox) return true;
    const [west, south, east, north] = payload.covers.bbox;
    return L.latLngBounds([south, west], [north, east]).contains(map.getBounds());
  }

  function address({ map, query }) {
    const parameters = new URLSearchParams(query);
    const bounds = map.getBounds();
    parameters.set("zoom", Math.round(map.getZoom()));
    parameters.set("bbox", [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((d) => d.toFixed(5)).join(","));
    return "/api/v1/map?" + parameters;
  }

  async function load(state) {
    if (state.request) state.request.abort();
    const request = (state.request = new AbortController());
    state.query = window.parent.location.search;
    try {
      const payload = await fieldapp.getJson(address(state), request.signal);
      if (request.signal.aborted) return;
      state.payload = payload;
      fieldapp.mend(state.map, "observations");
      fieldapp.say(state.map, summary(state, payload));
      state.canvas.draw();
    } catch (error) {
      if (request.signal.aborted || fieldapp.gone.aborted) return;
      fieldapp.fault(state.map, "observations", state.texts.failed, () => load(state));
    }
  }

  /* ---- words ---- */

  function number(state, n) {
    return new Intl.NumberFormat(state.map.fieldapp.config.language).format(n);
  }

  function counted(state, key, n) {
    const text = state.texts[n === 1 ? key + "One" : n === 0 && state.texts[key + "None"] ? key + "None" : key];
    return text.replace("{count}", number(state, n));
  }

  /* What is seen one by one, and at least how many more in areas. */
  function summary(state, { total, areas }) {
    const more = (areas || []).reduce((sum, area) => sum + area[2], 0);
    const parts = total || !more ? [counted(state, "shown", total)] : [];
    return parts.concat(more ? [counted(state, "areas", more)] : []).join(" · ");
  }

  /* Past its lifetime only the week is known, as 202537. */
  function told(state, [, , , , seconds, , week]) {
    if (!week) return when(state, seconds);
    return state.texts.week.replace("{week}", week % 100).replace("{year}", Math.floor(week / 100));
  }

  function when(state, seconds) {
    const language = state.map.fieldapp.config.language;
    const part = (options) => new Intl.DateTimeFormat(language, { timeZone: "Europe/Copenhagen", ...options }).format(seconds * 1000);
    const date = part({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
    return date + (language === "da" ? " kl. " : " at ") + part({ hour: "2-digit", minute: "2-digit" });
  }

  /* ---- taps ---- */

  /* Runs before streamlit-folium's listener: only a tap on a point is news to Python, any other repeats the last. */
  function tap(state, event) {
    const chosen = event.fieldappPoint;
    const hits = chosen ? [chosen] : state.canvas.pointsAt(event.containerPoint);
    const square = hits.length ? null : state.canvas.squareAt(event.latlng);
    const at = event.latlng;
    if (hits.length === 1) {
      const [id, lat, lon] = hits[0];
      state.reported = Object.assign(L.latLng(lat / 1e5, lon / 1e5), { id: String(id), n: Date.now() * 100 + (state.taps++ % 100) });
    }
    event.latlng = state.reported;
    if (hits.length) popup(state, hits);
    else if (square) open(state, at, [fieldapp.element("div", "fa-what", squareText(state, square))]);
  }

  function squareText(state, [, , count, size]) {
    return counted(state, size ? "area" : "cell", count).replaceAll("{size}", number(state, size || state.payload.size));
  }

  function popup(state, hits) {
    const at = L.latLng(hits[0][1] / 1e5, hits[0][2] / 1e5);
    const rows = hits.map((point) => row(state, point, hits.length > 1));
    if (hits.length > 1) rows.unshift(fieldapp.element("div", "fa-when", state.texts.several.replace("{count}", number(state, hits.length))));
    open(state, at, rows);
  }

  function row(state, point, choice) {
    const category = state.payload.categories[point[3]] || { label: "" };
    const element = fieldapp.element(choice ? "button" : "div", "fa-row");
    element.append(fieldapp.element("span", "fa-what", category.label));
    element.append(fieldapp.element("span", "fa-when", told(state, point) + (point[5] ? " · " + state.texts.own : "")));
    if (choice) {
      element.type = "button";
      element.onclick = () => state.map.fire("click", { latlng: L.latLng(point[1] / 1e5, point[2] / 1e5), fieldappPoint: point });
    }
    return element;
  }

  function open(state, latlng, rows) {
    const box = fieldapp.element("div", "fa-popup");
    box.append(...rows);
    const popup = L.popup({ maxWidth: 260, maxHeight: 220, autoPanPadding: [12, 60] }).setLatLng(latlng).setContent(box).openOn(state.map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", state.map.fieldapp.texts.close);
  }

  function addLegend(state) {
    const legend = L.control({ position: "bottomright" });
    legend.onAdd = () => {
      const box = fieldapp.element("ul", "fa-legend");
      for (const kind of ["place", "people", "good"]) {
        const item = fieldapp.element("li", "fa-kind fa-kind-" + kind, state.texts[kind]);
        box.append(item);
      }
      return box;
    };
    legend.addTo(state.map);
  }

  /* ---- drawing ---- */

  const Drawing = fieldapp.Canvas.extend({
    palette: COLOURS,
    paint(context, payload) {
      this.drawAreas(context, payload);
      if (payload.grain === "cells") this.drawCells(context, payload);
      else payload.points.forEach((point) => this.drawPoint(context, payload, point));
    },
    /* Half a cell's way north and east in degrees; the national grid is not quite parallel to the meridians. */
    halves({ size, step, cells }) {
      if (step) return [step.north, step.east].map((pair) => pair.map((value) => value / 2e5));
      const [lat, lon] = cells.length ? [cells[0][0] / 1e5, cells[0][1] / 1e5] : [55.6, 12.3];
      const turn = ((lon - 9) * Math.PI / 180) * Math.sin((lat * Math.PI) / 180); /* of UTM zone 32 from true north */
      const [high, wide] = [size / 2 / 111320, size / 2 / (111320 * Math.cos((lat * Math.PI) / 180))];
      return [[high * Math.cos(turn), wide * Math.sin(turn)], [-high * Math.sin(turn), wide * Math.cos(turn)]];
    },
    /* Larger squares first, each with a broken edge and «10+»: at least so many, in whole months. */
    drawAreas(context, { areas = [] }) {
      for (const size of [...new Set(areas.map((area) => area[3]))].sort((a, b) => b - a)) {
        const cells = areas.filter((area) => area[3] === size);
        context.setLineDash([6, 4]);
        this.drawCells(context, { size, cells });
        context.setLineDash([]);
      }
    },
    drawCells(context, payload) {
      const { map } = this.state;
      const [north, east] = this.halves(payload);
      const most = Math.max(1, ...payload.cells.map((cell) => cell[2]));
      const full = map.getSize().add(this.pad);
      for (const [lat5, lon5, count, area] of payload.cells) {
        const [lat, lon] = [lat5 / 1e5, lon5 / 1e5];
        const middle = map.latLngToContainerPoint([lat, lon]);
        if (middle.x < -this.pad.x || middle.y < -this.pad.y || middle.x > full.x || middle.y > full.y) continue;
        const corners = [[-1, -1], [-1, 1], [1, 1], [1, -1]].map(([n, e]) =>
          map.latLngToContainerPoint([lat + n * north[0] + e * east[0], lon + n * north[1] + e * east[1]]));
        this.drawCell(context, corners, middle, area ? count + "+" : String(count), Math.sqrt(count / most));
      }
    },
    drawCell(context, corners, middle, text, share) {
      context.beginPath();
      corners.forEach((corner) => context.lineTo(corner.x, corner.y));
      context.closePath();
      context.fillStyle = `rgba(${this.colours.cell}, ${0.15 + 0.45 * share})`;
      context.strokeStyle = `rgba(${this.colours.cell}, 0.9)`;
      context.lineWidth = 1;
      context.fill();
      context.stroke();
      if (corners[1].x - corners[0].x < 8 + 8 * text.length) return;
      context.font = "600 14px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineWidth = 3;
      context.strokeStyle = this.colours.halo;
      context.strokeText(text, middle.x, middle.y);
      context.fillStyle = this.colours.text;
      context.fillText(text, middle.x, middle.y);
    },
    /* A coarse one is its 100 m square with a broken edge, and a smaller mark in the middle. */
    drawSquare(context, lat5, lon5, colour) {
      const [lat, lon] = [lat5 / 1e5, lon5 / 1e5];
      const [north, east] = this.halves({ size: 100, cells: [[lat5, lon5]] });
      context.beginPath();
      [[-1, -1], [-1, 1], [1, 1], [1, -1]].forEach(([n, e]) => {
        const corner = this.state.map.latLngToContainerPoint([lat + n * north[0] + e * east[0], lon + n * north[1] + e * east[1]]);
        context.lineTo(corner.x, corner.y);
      });
      context.closePath();
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.setLineDash([5, 4]);
      context.stroke();
      context.setLineDash([]);
    },
    drawPoint(context, { categories }, [, lat5, lon5, category, , own, week]) {
      const { x, y } = this.state.map.latLngToContainerPoint([lat5 / 1e5, lon5 / 1e5]);
      const kind = (categories[category] || {}).kind;
      const colour = this.colours[kind] || this.colours.place;
      if (week) this.drawSquare(context, lat5, lon5, colour);
      context.beginPath();
      (SHAPES[kind] || SHAPES.place)(context, x, y, week ? 5 : 9);
      context.fillStyle = colour;
      context.fill();
      context.lineWidth = own ? 3 : 2;
      context.strokeStyle = own ? this.colours.own : this.colours.edge;
      context.stroke();
    },
    pointsAt(at) {
      const { map, payload } = this.state;
      if (!at || !payload || payload.grain !== "points") return [];
      const far = (point) => map.latLngToContainerPoint([point[1] / 1e5, point[2] / 1e5]).distanceTo(at);
      return payload.points.map((point) => [far(point), point]).filter(([d]) => d <= REACH).sort((a, b) => a[0] - b[0]).slice(0, 12).map(([, point]) => point);
    },
    /* The smallest square under a tap. */
    squareAt(latlng) {
      const { payload } = this.state;
      if (!payload) return null;
      const sizes = [...new Set((payload.areas || []).map((area) => area[3]))].sort((a, b) => a - b);
      const layers = sizes.map((size) => ({ size, cells: payload.areas.filter((area) => area[3] === size) }));
      if (payload.grain === "cells") layers.unshift(payload);
      return layers.reduce((found, layer) => found || this.cellAt(latlng, layer), null);
    },
    cellAt(latlng, layer) {
      const [north, east] = this.halves(layer);
      const determinant = north[0] * east[1] - north[1] * east[0];
      return layer.cells.find(([lat5, lon5]) => {
        const [dy, dx] = [latlng.lat - lat5 / 1e5, latlng.lng - lon5 / 1e5];
        const n = (dy * east[1] - dx * east[0]) / determinant;
        const e = (dx * north[0] - dy * north[1]) / determinant;
        return Math.abs(n) <= 1 && Math.abs(e) <= 1;
      }) || null;
    },
  });
})();
