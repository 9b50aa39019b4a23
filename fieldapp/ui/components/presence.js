/* A clock that runs without reruns, and, where this phone's owner wants it, minutes by 250 m square. Positions never
   leave this file: each is turned into its square at once, and only squares and minutes are kept and sent, sorted. */

const SEND_EVERY_MS = 600000;
const LONGEST_STEP_MS = 120000;
const POOR_M = 150;
const SWITCH = "fieldapp-track";
const clocks = new WeakMap();

/* EPSG:25832 by Krüger's series, then whole squares: [north, east]. The same as the server's geo.cell_numbers. */
function squareOf(lat, lon, size = 250) {
  const f = 1 / 298.257222101, n = f / (2 - f), e = (2 * Math.sqrt(n)) / (1 + n), rad = Math.PI / 180;
  const radius = (0.9996 * 6378137 / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const series = [n / 2 - (2 * n ** 2) / 3 + (5 * n ** 3) / 16, (13 * n ** 2) / 48 - (3 * n ** 3) / 5, (61 * n ** 3) / 240];
  const s = Math.sin(lat * rad), turn = (lon - 9) * rad;
  const t = Math.sinh(Math.atanh(s) - e * Math.atanh(e * s));
  const xi = Math.atan2(t, Math.cos(turn)), eta = Math.asinh(Math.sin(turn) / Math.hypot(t, Math.cos(turn)));
  let north = xi, east = eta;
  series.forEach((factor, order) => {
    const k = 2 * (order + 1);
    north += factor * Math.sin(k * xi) * Math.cosh(k * eta);
    east += factor * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  return [Math.floor((radius * north) / size), Math.floor((500000 + radius * east) / size)];
}

function read(key) {
  try { return JSON.parse(localStorage.getItem(key) || "null"); } catch (error) { return null; }
}

function write(key, value) {
  try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* a private window keeps nothing */ }
}

class Clock {
  constructor(root) {
    this.root = root.querySelector(".presence");
    this.face = root.querySelector(".clock");
    this.box = root.querySelector("input");
    this.said = root.querySelector(".said");
    this.watch = null;
    this.square = null;
    this.box.onchange = () => { write(SWITCH, this.box.checked || null); this.follow(); };
    this.ticking = setInterval(() => this.tick(), 5000);
    this.sending = setInterval(() => this.send(), SEND_EVERY_MS);
  }

  update({ data }) {
    this.data = data;
    this.key = `${SWITCH}-${data.id}`;
    this.begun = Date.now() - data.elapsed * 1000;
    this.root.dataset.part = data.ended ? "" : data.part;
    const counts = this.root.dataset.part === "track";
    this.root.querySelector(".switch span").textContent = counts ? data.texts.switch : "";
    this.root.querySelector(".help").textContent = counts ? data.texts.help : "";
    this.box.checked = data.part === "track" && Boolean(read(SWITCH));
    this.follow();
    this.tick();
    if (data.ended) this.send();
  }

  end() {
    this.count();
    this.square = null;
    clearInterval(this.ticking);
    clearInterval(this.sending);
    this.stop();
  }

  get wanted() {
    return this.box.checked && !this.data.paused && !this.data.ended && navigator.geolocation;
  }

  follow() {
    if (!this.wanted) return this.stop();
    if (this.watch !== null) return;
    this.watch = navigator.geolocation.watchPosition((at) => this.found(at.coords), (error) => this.fail(error), { enableHighAccuracy: true, maximumAge: 30000 });
  }

  stop() {
    this.count();
    this.square = null;
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  found({ latitude, longitude, accuracy }) {
    this.count();
    this.square = accuracy <= POOR_M ? squareOf(latitude, longitude).join(",") : null;
  }

  fail(error) {
    if (error.code === 1) this.say(this.data.texts.denied);
  }

  /* The time since the last count belongs to the square of the last position; a phone that slept counts little. */
  count() {
    const now = Date.now();
    if (this.square) {
      const times = read(this.key) || {};
      times[this.square] = (times[this.square] || 0) + Math.min(now - this.counted, LONGEST_STEP_MS);
      write(this.key, times);
    }
    this.counted = now;
  }

  tick() {
    this.count();
    if (!this.data.paused) this.shown = Math.floor((Date.now() - this.begun) / 60000);
    else this.shown = Math.floor(this.data.elapsed / 60);
    const { hours, minutes } = this.data.texts, whole = Math.floor(this.shown / 60);
    const text = (whole ? hours : minutes).replace("{hours}", whole).replace("{minutes}", this.shown % 60);
    if (this.face.textContent !== text) this.face.textContent = text;
  }

  async send() {
    const times = read(this.key) || {};
    const track = Object.entries(times).map(([square, ms]) => [...square.split(",").map(Number), Math.floor(ms / 60000)]);
    const told = track.filter((one) => one[2] > 0).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    if (!told.length && this.data.ended) write(this.key, null);
    if (!told.length || this.data.part !== "track") return;
    try {
      const answer = await fetch("/api/v1/presence/track", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id: this.data.id, track: told }) });
      if (!answer.ok && answer.status >= 500) throw new Error();
      if (answer.ok) this.say(this.data.texts.sent.replace("{count}", told.length));
      if (this.data.ended) write(this.key, null);
    } catch (error) {
      this.say(this.data.texts.waits);
    }
  }

  say(text) {
    if (this.said.textContent !== text) this.said.textContent = text;
  }
}

export default function (component) {
  const root = component.parentElement;
  if (!clocks.has(root)) clocks.set(root, new Clock(root));
  clocks.get(root).update(component);
  return () => {
    const clock = clocks.get(root);
    if (clock) clock.end();
    clocks.delete(root);
  };
}
