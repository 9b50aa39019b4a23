export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".print-page");
  button.textContent = data.label;
  button.onclick = () => window.print();
}
