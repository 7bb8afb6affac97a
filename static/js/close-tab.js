// Adds a button that closes the tab, and closes it at once where nothing has to be read; a browser may refuse to.
export default function start(place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = place.dataset.label;
  button.addEventListener("click", () => {
    close();
    setTimeout(() => button.remove(), 300); // still here: it cannot be closed from inside
  });
  place.append(button);
  if ("atOnce" in place.dataset) close();
}
