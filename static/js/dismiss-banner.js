// Closes a banner at once and has the site remember it; without a script the same form does it with a page in between.
export default function start(banner) {
  const form = banner.querySelector("form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    banner.hidden = true;
    document.getElementById("main")?.focus({ preventScroll: true });
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.ok || answer.type === "opaqueredirect") banner.remove();
      else form.submit();
    } catch {
      // the site does not answer: closed for this page only
    }
  });
}
