// The position on request, and the answer's link kept; without this script both pages work all the same.
(() => {
  const part = document.querySelector(".position");
  if (part && navigator.geolocation) {
    const [lat, lon] = ["lat", "lon"].map((name) => part.parentNode.querySelector(`input[name=${name}]`));
    const status = part.querySelector("[role=status]");
    const use = part.querySelector("[data-do=use]");
    const drop = part.querySelector("[data-do=drop]");
    const show = (text) => {
      status.textContent = text;
      drop.hidden = !lat.value;
      use.hidden = Boolean(lat.value);
    };
    const found = ({ coords }) => {
      lat.value = coords.latitude.toFixed(6);
      lon.value = coords.longitude.toFixed(6);
      show(part.dataset.with.replace("{n}", String(Math.round(coords.accuracy))));
      drop.focus();
    };
    use.addEventListener("click", () => {
      status.textContent = part.dataset.asking;
      const wanted = { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 };
      navigator.geolocation.getCurrentPosition(found, () => show(part.dataset.none), wanted);
    });
    drop.addEventListener("click", () => {
      lat.value = lon.value = "";
      show("");
      use.focus();
    });
    part.hidden = false;
    show(lat.value ? part.dataset.kept : "");
  }
  const keep = document.querySelector(".keep");
  if (keep) {
    const link = keep.querySelector("input");
    const button = keep.querySelector("button");
    const status = keep.querySelector("[role=status]");
    const copied = async () => {
      link.select();
      try {
        await navigator.clipboard.writeText(link.value);
        status.textContent = button.dataset.done;
      } catch {
        status.textContent = button.dataset.mark;
      }
    };
    status.textContent = "";
    link.addEventListener("focus", () => link.select());
    button.hidden = false;
    button.addEventListener("click", () => {
      if (!navigator.share) return copied();
      return navigator.share({ title: button.dataset.title, url: link.value }).catch((stopped) => {
        if (stopped.name !== "AbortError") return copied();
        return undefined;
      });
    });
  }
})();
