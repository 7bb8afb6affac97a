// Loads the page again when the owner's files have changed or something is pressed to rehearse, and keeps the panel
// open from page to page; only a live `workshop-index serve` sends this script.
const panel = document.querySelector("[data-live-version]");
const OPEN = "live-panel-open";

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch("/live/state", { cache: "no-store" });
    const { version } = await answer.json();
    if (version !== panel.dataset.liveVersion) location.reload();
  } catch {
    // The program is starting again; the next look finds it.
  }
}

if (panel) {
  setInterval(look, 1000);
  panel.open ||= sessionStorage.getItem(OPEN) === "yes";
  panel.querySelector("summary").addEventListener("click", () => sessionStorage.setItem(OPEN, panel.open ? "no" : "yes"));
}
