// A changed value is worked out at once: the page's results are fetched anew and put in place.
// Without this script the button does the same.
const form = document.querySelector("form[data-what-if]");
const WAIT_MS = 350;
let asked = 0;
let waiting = 0;

function address() {
  return `${form.action}?${new URLSearchParams(new FormData(form))}`;
}

async function workOut() {
  const mine = ++asked;
  const wanted = address();
  const results = document.querySelector("[data-results]");
  results.setAttribute("aria-busy", "true");
  const answer = await fetch(wanted, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-results]");
  if (mine !== asked) return;
  if (!fresh) {
    location.assign(wanted);
    return;
  }
  results.replaceWith(document.importNode(fresh, true));
  for (const theirs of page.querySelectorAll("form[data-what-if] .param")) show(theirs);
  for (const theirs of page.querySelectorAll("nav.tabs a")) link(theirs);
  history.replaceState(null, "", wanted);
}

// What is typed stays; what is said beside it, and what is derived from it, is new.
function show(theirs) {
  const said = theirs.querySelector("small[id]");
  const ours = said && document.getElementById(said.id);
  if (!ours) return;
  ours.replaceWith(document.importNode(said, true));
  const field = form.querySelector(`[aria-describedby="${said.id}"]`);
  const isWrong = theirs.classList.contains("faulty");
  const mine = document.getElementById(said.id).closest(".param");
  mine.classList.toggle("faulty", isWrong);
  if (field) field.toggleAttribute("aria-invalid", isWrong);
  if (field && isWrong) field.setAttribute("aria-invalid", "true");
  const derived = theirs.querySelector("output.fixed");
  if (derived) mine.querySelector("output.fixed")?.replaceWith(document.importNode(derived, true));
}

function link(theirs) {
  for (const ours of document.querySelectorAll("nav.tabs a")) {
    if (ours.textContent === theirs.textContent) ours.href = theirs.getAttribute("href");
  }
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => workOut().catch(() => {}), WAIT_MS);
}

// A number with two bounds gets a slider below it.
function addSlider(field) {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = field.dataset.low;
  slider.max = field.dataset.high;
  const width = Number(slider.max) - Number(slider.min);
  slider.step = "whole" in field.dataset ? 1 : Number((width / 200).toPrecision(1));
  slider.value = field.value;
  slider.setAttribute("aria-label", `${field.labels[0]?.textContent ?? field.name}, slider`);
  slider.className = "what-if-slider";
  slider.addEventListener("input", () => {
    field.value = slider.value;
    soon();
  });
  field.addEventListener("change", () => {
    slider.value = field.value;
  });
  field.closest(".entry").after(slider);
}

if (form) {
  for (const field of form.querySelectorAll("input[data-low]")) addSlider(field);
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    workOut().catch(() => form.submit());
  });
}
