// Keeps the words of the time left current, and tells the end in the reader's own time; the server's words stand until then.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LATIN = { numberingSystem: "latn" };
const language = document.documentElement.lang || undefined;

const unit = (number, name) =>
  new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long", ...LATIN }).format(number);

const span = (left, texts) => {
  const minutes = Math.floor(left / MINUTE);
  if (minutes >= 48 * 60) return unit(Math.floor(minutes / (24 * 60)), "day");
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (!hours || !rest) return hours ? unit(hours, "hour") : unit(rest, "minute");
  return texts.both.replace("{hours}", unit(hours, "hour")).replace("{minutes}", unit(rest, "minute"));
};

const words = (left, texts) => {
  if (left <= 0) return texts.over;
  return left < MINUTE ? texts.last : texts.left.replace("{span}", span(left, texts));
};

const end = (expires, texts) => {
  const told = (form) => new Intl.DateTimeFormat(language, { ...form, ...LATIN }).format(expires);
  const far = Math.abs(expires - Date.now()) > 20 * HOUR;
  const time = told({ hour: "2-digit", minute: "2-digit" });
  return (far ? texts.far.replace("{day}", told({ day: "numeric", month: "long" })) : texts.soon).replace("{time}", time);
};

export default function start(clock) {
  const target = clock.querySelector("[data-words]");
  const expires = Date.parse(clock.dataset.expires);
  if (!target || Number.isNaN(expires)) return;
  const ends = clock.querySelector(".clock-ends");
  if (ends) ends.textContent = end(expires, clock.dataset);
  const tick = () => {
    const left = expires - Date.now();
    const text = words(left, clock.dataset);
    if (target.textContent !== text) target.textContent = text;
    clock.classList.toggle("clock-over", left <= 0);
    if (left > 0) setTimeout(tick, Math.min(left, left % 1000 || 1000));
  };
  tick();
}
