// Keeps what is shown of runs up to date: by events where there is a stream, else by asking again.
const BUSY_MS = 2000;
const IDLE_MS = 5000;
const log = document.querySelector("[data-log]");
const isBusy = () => document.querySelector("[data-live][data-busy]") !== null;
let isLeaving = false;
addEventListener("pagehide", () => (isLeaving = true));
addEventListener("pageshow", () => (isLeaving = false));

// Takes over the parts of the page that changed; a part that holds the focus keeps it.
function swap(fresh, part) {
  const name = part.dataset.live;
  const other = fresh.querySelector(`[data-live="${name}"]`);
  if (!other) {
    part.replaceChildren();
    delete part.dataset.busy;
    return;
  }
  part.toggleAttribute("data-busy", other.hasAttribute("data-busy"));
  if (part.innerHTML === other.innerHTML) return;
  const links = () => [...part.querySelectorAll("a, button, summary, select")];
  const place = links().indexOf(document.activeElement);
  part.replaceChildren(...other.childNodes);
  if (place >= 0) links()[place]?.focus();
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = fresh.title;
    document.querySelectorAll("[data-live]").forEach((part) => swap(fresh, part));
    return fresh;
  } catch {
    return false;
  }
}

function show(run) {
  const bar = document.querySelector("[data-live=head] progress");
  if (!bar) return;
  if (run.done > 0) bar.value = run.done;
  else bar.removeAttribute("value");
  const share = run.done > 0 ? `${(run.done * 100).toFixed(1)}\u202f%` : "";
  document.querySelector("[data-label]").textContent = run.label || "at work";
  document.querySelector("[data-share]").textContent = share;
}

// The same words as in pages/run_log.py.
const WORDS = {
  start: (of) => `began${of.worker ? ` on worker ${of.worker}` : ""}${of.attempt > 1 ? `, attempt ${of.attempt}` : ""}`,
  cancel: (of) => (of.by ? `${of.by} asked to end it` : "asked to end"),
  completed: (of) => of.state ?? "over",
  log: (of) => of.text ?? "",
};

function write(kind, content) {
  const isAtEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 30;
  const line = document.createElement("li");
  const time = document.createElement("time");
  const words = document.createElement("span");
  line.className = `on-${kind}`;
  time.dateTime = content.at;
  time.textContent = content.at.slice(11, 19);
  words.textContent = WORDS[kind](content);
  line.append(time, " ", words);
  log.append(line);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

// Follows the events of one run; the browser comes again by itself when a stream ends. A page that
// nobody sees lets its stream go, for a server has few of them.
function follow() {
  let last = Number(log.dataset.after);
  let source = null;
  let isPolling = false;
  function open() {
    source = new EventSource(`${log.dataset.events}?after=${last}`);
    for (const kind of ["progress", ...Object.keys(WORDS)]) {
      source.addEventListener(kind, (event) => {
        const content = JSON.parse(event.data);
        last = Number(event.lastEventId);
        if (kind === "progress") return show(content);
        write(kind, content);
        if (kind === "completed") source.close();
        if (kind !== "log") refresh();
      });
    }
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED || isLeaving) return;
      isPolling = true;
      keep(true);
    });
  }
  addEventListener("visibilitychange", () => {
    if (isPolling || !isBusy()) return;
    source.close();
    if (!document.hidden) {
      refresh();
      open();
    }
  });
  open();
}

async function keep(withLog) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, isBusy() ? BUSY_MS : IDLE_MS));
    if (document.hidden || isLeaving) continue;
    const fresh = await refresh();
    if (fresh && withLog) log.replaceChildren(...fresh.querySelector("[data-log]").childNodes);
    if (withLog && !isBusy()) return;
  }
}

if (log) {
  log.scrollTop = log.scrollHeight;
  if (log.dataset.events) follow();
} else if (document.querySelector("[data-live]")) {
  addEventListener("visibilitychange", () => document.hidden || refresh());
  keep(false);
}
