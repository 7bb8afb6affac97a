// Shows the one banner of the page that the address names; the words are the page's, never the address's.
const NAME = "notification";

export default function start(banners) {
  const asked = new URLSearchParams(location.search).get(NAME);
  const told = Array.from(banners.querySelectorAll("[data-code]"));
  const meant = told.find((each) => each.dataset.code === asked);
  if (!meant) return;
  for (const each of told) each.hidden = each !== meant;
  banners.dataset.told = "";
  const address = new URL(location.href);
  address.searchParams.delete(NAME);
  history.replaceState(null, "", address); // so that a reload or a bookmark does not tell it again
}
