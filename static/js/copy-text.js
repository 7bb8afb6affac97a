// Gives an address a button that copies it; without a script it is text to be selected.
const SHOWN = 2000;

export default function start(element) {
  const text = element.querySelector("code");
  const label = element.dataset.label;
  const done = element.dataset.done;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-plain button-small";
  button.textContent = label;
  button.setAttribute("aria-describedby", text.id);
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  element.append(button, said);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = said.textContent = done;
      setTimeout(() => {
        button.textContent = label;
        said.textContent = "";
      }, SHOWN);
    } catch {
      getSelection().selectAllChildren(text);
    }
  });
}
