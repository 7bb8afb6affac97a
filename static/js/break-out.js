// Leads the whole window where the link leads; a browser may want a click for that, and then the link stands.
export default function start(link) {
  try {
    top.location.replace(link.href);
  } catch {
    // not without a click
  }
}
