// Gives every code block inside the element a button that copies its text.
const SHOWN = 2000;

const addButton = (block, words) => {
  const frame = document.createElement("div");
  frame.className = "code-frame";
  block.replaceWith(frame);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-copy";
  button.textContent = words.label;
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  frame.append(block, button, said);
  if (block.scrollWidth > block.clientWidth) block.tabIndex = 0; // so that the arrow keys can scroll it
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent.replace(/\n$/, ""));
      button.textContent = said.textContent = words.done;
    } catch {
      getSelection().selectAllChildren(block);
      button.textContent = words.selected;
      said.textContent = words.ready;
    }
    setTimeout(() => {
      button.textContent = words.label;
      said.textContent = "";
    }, SHOWN);
  });
};

export default function start(element) {
  element.querySelectorAll("pre").forEach((block) => addButton(block, element.dataset));
}
