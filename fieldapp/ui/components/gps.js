/* Watches the position while the form is open. The map frame and this component talk by postMessage, so that the pin
   moves without a rerun; Python hears the first position and then only of notable changes, because a rerun costs. */

const WATCH = { enableHighAccuracy: true, maximumAge: 5000, timeout: 20000 };
const STALE_MS = 30000; /* a best fix older than this gives way to a worse one */
const SEND_EVERY_MS = 3000;
const MOVED_M = 15;
const BETTER = 0.7;
const KINDS = { 1: "denied", 2: "unavailable", 3: "timeout" };
const instances = new WeakMap();

function metres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  return 6371000 * Math.hypot(x, (b.lat - a.lat) * rad);
}

function betterThan(fix, best) {
  if (!best || fix.at - best.at > STALE_MS || fix.accuracy_m <= best.accuracy_m) return true;
  return metres(fix, best) > Math.max(MOVED_M, fix.accuracy_m);
}

function notable(fix, sent) {
  if (!sent || sent.error) return true;
  return fix.accuracy_m <= sent.accuracy_m * BETTER || metres(fix, sent) > Math.max(MOVED_M, fix.accuracy_m / 2);
}

class Gps {
  constructor(root) {
    this.line = root.querySelector(".gps-line");
    this.button = root.querySelector(".gps-use");
    this.best = null;
    this.sent = null;
    this.sentAt = 0;
    this.manual = false;
    this.pin = null;
    this.watch = null;
    this.timer = 0;
    this.button.onclick = () => this.use();
    this.hear = this.hear.bind(this);
    this.wake = () => { if (!document.hidden && this.data.active) this.start(); };
    window.addEventListener("message", this.hear);
    document.addEventListener("visibilitychange", this.wake);
  }

  update({ data, setStateValue, setTriggerValue }) {
    const before = this.pin;
    Object.assign(this, { data, setStateValue, setTriggerValue });
    this.button.textContent = data.texts.use;
    this.pin = data.pin;
    if (this.pin) this.manual = true;
    else if (before) this.manual = false;
    if (this.pin && String(this.pin) !== String(before)) this.tellMap(false);
    if (before && !this.pin && this.best) this.publish();
    if (data.active && this.watch === null) this.start();
    if (!data.active) this.stop();
    this.show();
  }

  end() {
    this.stop();
    clearTimeout(this.timer);
    window.removeEventListener("message", this.hear);
    document.removeEventListener("visibilitychange", this.wake);
  }

  start() {
    this.stop();
    if (!window.isSecureContext) return this.fail("insecure");
    if (!navigator.geolocation) return this.fail("unavailable");
    this.state = this.best ? "found" : "waiting";
    this.askedPermission();
    this.watch = navigator.geolocation.watchPosition((at) => this.found(at), (error) => this.fail(KINDS[error.code]), WATCH);
    this.show();
  }

  async askedPermission() {
    try {
      const permission = await navigator.permissions.query({ name: "geolocation" });
      if (permission.state === "prompt" && this.state === "waiting") this.change("asking");
    } catch (error) { /* older browsers cannot tell */ }
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  found({ coords, timestamp }) {
    const fix = { lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy * 10) / 10, at: Math.round(timestamp), error: null };
    if (!betterThan(fix, this.best)) return;
    this.best = fix;
    this.change("found");
    this.publish();
  }

  fail(kind) {
    if (this.best && kind !== "denied") return; /* a position once found is kept */
    this.change(kind);
    if (!this.best && !(this.sent && this.sent.error === kind)) this.send({ error: kind });
  }

  /* Moves the pin at once and tells Python when it matters; nothing once a place was chosen by hand. */
  publish() {
    if (this.manual || !this.best) return;
    this.tellMap(false);
    clearTimeout(this.timer);
    if (!notable(this.best, this.sent)) return;
    const wait = this.sent && !this.sent.error ? Math.max(0, this.sentAt + SEND_EVERY_MS - Date.now()) : 0;
    if (wait) this.timer = setTimeout(() => this.publish(), wait);
    else this.send(this.best);
  }

  send(fix) {
    this.sent = fix;
    this.sentAt = Date.now();
    this.setStateValue("fix", fix);
  }

  use() {
    this.manual = false;
    this.sent = null;
    this.setTriggerValue("use", Date.now());
    if (this.best) {
      this.send(this.best);
      this.tellMap(true);
    }
    this.start();
  }

  tellMap(force) {
    const at = this.manual && this.pin ? { lat: this.pin[0], lon: this.pin[1], accuracy_m: null } : this.manual ? null : this.best;
    if (!at) return;
    const message = { source: "fieldapp-gps", lat: at.lat, lon: at.lon, accuracy_m: at.accuracy_m, force };
    for (const frame of document.querySelectorAll('iframe[src*="streamlit_folium"]'))
      frame.contentWindow.postMessage(message, window.location.origin);
  }

  hear(event) {
    const message = event.data;
    if (event.origin !== window.location.origin || !message || message.source !== "fieldapp-map") return;
    if (message.kind === "ask") this.tellMap(false);
    if (message.kind === "manual") {
      this.manual = true;
      clearTimeout(this.timer);
      this.show();
    }
  }

  change(state) {
    this.state = state;
    this.show();
  }

  /* The accuracy is rounded and the text only replaced when it differs, or a screen reader would never be silent. */
  show() {
    const { texts, poor } = this.data;
    let key = this.state || "waiting";
    if (key === "found") key = this.best.accuracy_m > poor ? "poor" : "ok";
    if (this.manual) key = "manual";
    const text = (texts[key] || texts.unavailable).replace("{accuracy}", this.accuracy());
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.dataset.state = key;
  }

  accuracy() {
    if (!this.best) return "";
    const value = this.best.accuracy_m;
    if (value >= 1000) return (value / 1000).toLocaleString(document.documentElement.lang || "da", { maximumFractionDigits: 1 }) + " km";
    const step = value < 20 ? 1 : value < 100 ? 5 : 50;
    return Math.max(1, Math.round(value / step) * step) + " m";
  }
}

export default function (component) {
  const root = component.parentElement;
  if (!instances.has(root)) instances.set(root, new Gps(root));
  instances.get(root).update(component);
  return () => {
    const gps = instances.get(root);
    if (gps) gps.end();
    instances.delete(root);
  };
}
