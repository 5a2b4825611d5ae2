// Moves the outlier threshold on the curve that the page holds: no request, no new fit.
const verdict = document.querySelector("[data-curve]");
const curve = verdict.dataset.curve.split(";").map((point) => point.split(",").map(Number));
const [low, high, rows] = ["low", "high", "rows"].map((key) => Number(verdict.dataset[key]));
const slider = verdict.querySelector("[data-slider]");
const input = document.querySelector("input[name=threshold]");
const marker = verdict.querySelector(".marker");
const width = verdict.querySelector(".histogram").viewBox.baseVal.width;
const put = (name, text) => (verdict.querySelector(`[data-${name}]`).textContent = text);

function grouped(count) {
  const digits = String(count);
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

function share(part) {
  if (part === 0 || part === 1) return `${part * 100}\u202f%`;
  if (part < 0.001) return "<0.1\u202f%";
  return part > 0.999 ? ">99.9\u202f%" : `${(part * 100).toFixed(1)}\u202f%`;
}

// The curve is finer near its end, so a slider over its points is finer there too.
function nearest(percentile) {
  let best = 0;
  for (let place = 1; place < curve.length; place += 1) {
    if (Math.abs(curve[place][0] - percentile) < Math.abs(curve[best][0] - percentile)) best = place;
  }
  return best;
}

function show(place) {
  const [percentile, score, flagged] = curve[place];
  put("flagged", grouped(flagged));
  put("flagged-share", share(flagged / rows));
  put("score", Number(score.toPrecision(6)));
  put("percentile", Number(percentile.toFixed(3)));
  const part = high > low ? (score - low) / (high - low) : 0.5;
  const x = Math.min(Math.max(part, 0), 1) * width;
  marker.setAttribute("x1", x);
  marker.setAttribute("x2", x);
  // The worst come first, so the flagged ones are the first of them.
  const cards = document.querySelectorAll(".worst > li");
  cards.forEach((card, rank) => (card.hidden = rank >= flagged));
  const more = document.querySelector("[data-more]");
  if (more) more.hidden = flagged <= cards.length;
  document.querySelector("[data-none]").hidden = flagged > 0;
  slider.setAttribute("aria-valuetext", `percentile ${percentile}, ${flagged} rows flagged`);
}

function remember(percentile) {
  const address = new URL(location.href);
  address.searchParams.set("threshold", percentile);
  history.replaceState(null, "", address);
}

slider.max = curve.length - 1;
slider.value = nearest(Number(input.value));
slider.closest("label").hidden = false;
slider.addEventListener("input", () => {
  show(Number(slider.value));
  input.value = Number(curve[slider.value][0].toFixed(3));
});
slider.addEventListener("change", () => remember(input.value));
input.addEventListener("input", () => {
  if (input.value === "" || !input.checkValidity()) return;
  slider.value = nearest(Number(input.value));
  show(Number(slider.value));
});
