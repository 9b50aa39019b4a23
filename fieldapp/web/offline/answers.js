// What the server's answers mean to the outbox.
(() => {
  "use strict";
  const { server } = self.Fieldapp;
  const LATER = new Set([408, 425, 429]);

  // What an answer means for the one thing with this id: stored, signin, needs, missing, or later (nothing is known).
  function verdict(status, data, id) {
    if (status === 200 || status === 201) return data && data.id === id ? "stored" : "later";
    if (status === 401) return "signin";
    const ours = data !== null && typeof data.code === "string";
    if (!ours || status >= 500 || LATER.has(status) || data.code === "in_flight") return "later";
    if (status === 404) return "missing";
    return status >= 400 ? "needs" : "later";
  }

  function problemOf(status, data) {
    const { code, field = null, reason = null, findings } = data;
    return { status, code, field, text: reason, ...(findings ? { findings } : {}) };
  }

  Object.assign(server, { verdict, problemOf });
})();
