// Attaches a behaviour to every element that names one in `data-module`; a page without scripts works the same.
const AGAIN = 3000;

const behaviour = async (name) =>
  (typeof carried !== "undefined" && carried[name]) || (await import(`./${name}.js`)).default;

const attach = async (element) => (await behaviour(element.dataset.module))(element);

// A double click sends a form twice; the server makes one session of it, but need not be asked.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if ("sent" in form.dataset) event.preventDefault();
  form.dataset.sent = "";
  setTimeout(() => delete form.dataset.sent, AGAIN);
});

await Promise.allSettled(Array.from(document.querySelectorAll("[data-module]"), attach));
document.documentElement.dataset.ready = "";
