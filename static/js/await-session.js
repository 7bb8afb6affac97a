// Looks again after a while, without loading the page anew until the session is there, so that who is at Cancel by keyboard
// stays there; a hidden page waits until it is seen. Where scripts are off the page's own refresh does it.
const PURPOSE = { Purpose: "prefetch" }; // nobody has read what a script has looked at

const visible = () =>
  new Promise((resolve) => {
    if (!document.hidden) resolve();
    else document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });

export default function start(element) {
  const seconds = Number(element.dataset.seconds) || 5;
  const words = document.querySelector("[data-waited]");
  const look = async () => {
    await visible();
    const answer = await fetch(location.href, { headers: PURPOSE, redirect: "manual", cache: "no-store" }).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => "") : "";
    const told = new DOMParser().parseFromString(text, "text/html").querySelector("[data-waited]");
    if (answer && !told) return location.reload();
    if (told) words.textContent = told.textContent;
    setTimeout(look, seconds * 1000);
  };
  setTimeout(look, seconds * 1000);
}
