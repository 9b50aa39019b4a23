// The password can be shown while it is typed; without this script the form works all the same.
for (const button of document.querySelectorAll("button.show")) {
  const input = document.getElementById(button.dataset.for);
  const words = [button.textContent, button.dataset.hide];
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = words[Number(shown)];
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  input.form.addEventListener("submit", () => { input.type = "password"; });
}
