// Last resort: all that waits as one file, photos in it.
(() => {
  "use strict";
  const { outbox } = self.Fieldapp;

  async function exportAll(user) {
    const parts = [`{"program":"fieldapp","made_at":${JSON.stringify(new Date().toISOString())},"user":${JSON.stringify(user)},"records":[`];
    for (const [place, row] of (await outbox.list(user)).entries()) {
      const photos = [];
      for (const { id, type, state } of row.photos) photos.push({ id, type, state, base64: await base64(id) });
      // A Blob a record: the browser may lay it on the disk, and a thousand photos are not held in memory.
      parts.push(new Blob([place ? "," : "", JSON.stringify({ ...row, photos })]));
    }
    return new Blob([...parts, "]}"], { type: "application/json" });
  }

  // → null for a photo that can't be opened any more.
  async function base64(id) {
    const blob = await outbox.photo(id).catch((error) => { if (error.reason === "locked") return null; throw error; });
    if (!blob) return null;
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }

  outbox.export = exportAll;
})();
