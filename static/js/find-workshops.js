// Shows, while one types or chooses, what the search form would: from the cards on the page when all are there, otherwise
// from the page the form leads to. What counts as a match is the server's rule; both fold text in the same way.
const LETTERS = { ß: "ss", ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", ı: "i" };
const PAUSE = 150;
const LATIN = { numberingSystem: "latn" };
const language = document.documentElement.lang || undefined;
const fold = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "").replace(/[ßøđłæœı]/g, (letter) => LETTERS[letter]);

const words = (item) =>
  fold([".card-title", ".card-text", ".tags"].map((part) => item.querySelector(part)?.textContent ?? "").join(" ") +
    " " + (item.dataset.more ?? ""));

const chosen = (form) => [...new FormData(form)].filter(([, value]) => value.trim());

const address = (form) => {
  const query = new URLSearchParams(chosen(form).map(([name, value]) => [name, value.trim()])).toString();
  return form.getAttribute("action") + (query && `?${query}`);
};

const say = (form, number) => {
  const words = JSON.parse(form.dataset.foundWords);
  const text = words[new Intl.PluralRules(language).select(number)] ?? words.other;
  form.querySelector("[data-found]").textContent = text.replace("{n}", new Intl.NumberFormat(language, LATIN).format(number));
  form.querySelector("[data-reset]").hidden = !chosen(form).length;
};

const filter = (form, results) => {
  const asked = chosen(form);
  const terms = fold(form.elements.q.value).split(/\s+/).filter(Boolean);
  const marks = asked.filter(([name]) => name !== "q").map(([name, value]) => `|${name}:${value}|`);
  let found = 0;
  for (const section of results.querySelectorAll(".section")) {
    let shown = 0;
    for (const item of section.querySelectorAll(".cards > li")) {
      item.words ??= words(item);
      item.hidden = !(terms.every((term) => item.words.includes(term)) && marks.every((mark) => item.dataset.marks.includes(mark)));
      shown += item.hidden ? 0 : 1;
    }
    section.hidden = !shown;
    found += shown;
  }
  document.querySelector("[data-none]").hidden = found > 0;
  document.querySelectorAll(".contents").forEach((contents) => (contents.hidden = asked.length > 0));
  say(form, found);
};

const replace = async (form, results, signal) => {
  const answer = await fetch(address(form), { signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  results.replaceChildren(...page.getElementById("results").childNodes);
  form.querySelector("[data-found]").textContent = page.querySelector("[data-found]").textContent;
  form.querySelector("[data-reset]").hidden = !chosen(form).length;
};

export default function start(form) {
  const results = document.getElementById("results");
  let asking = new AbortController();
  let pause;
  const look = () => {
    history.replaceState(null, "", address(form));
    if ("complete" in form.dataset) return filter(form, results);
    asking.abort();
    asking = new AbortController();
    return replace(form, results, asking.signal).catch((error) => error.name === "AbortError" || form.submit());
  };
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(look, "complete" in form.dataset ? 0 : PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => event.preventDefault() || soon());
  form.classList.add("search-live");
  if (form.hidden) {
    for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name]) form.elements[name].value = value;
    form.hidden = false; // a page made for everybody has not read its address
  }
  if ("complete" in form.dataset && chosen(form).length) soon(); // a browser brought the words back
}
