// Tells the portal that the page is still open, hidden or not: people read here and work in another window.
const OVER = [401, 403, 404];

export default function start(page) {
  const tell = async () => {
    const answer = await fetch(page.dataset.url, { cache: "no-store" }).catch(() => null);
    if (answer && OVER.includes(answer.status)) return;
    setTimeout(tell, Number(page.dataset.seconds) * 1000);
  };
  tell();
}
