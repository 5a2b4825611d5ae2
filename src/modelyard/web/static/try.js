// Shows the answer of a question of the reference below its form.
const MOST_LETTERS = 20000;

function addressOf(form) {
  const data = new FormData(form);
  data.delete("_path");
  data.delete("_body");
  let path = form.dataset.path;
  const asked = new URLSearchParams();
  for (const [name, value] of data) {
    if (path.includes(`{${name}}`)) path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value) asked.append(name, value);
  }
  return path + (asked.size ? `?${asked}` : "");
}

function pretty(text, kind) {
  let shown = text;
  if (kind.includes("json")) {
    try {
      // Parsing would round large integers, so only a short answer without any is set anew.
      if (text.length < 200000 && !/\d{16}/.test(text)) shown = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // The text is shown as it came.
    }
  }
  return shown.length > MOST_LETTERS ? `${shown.slice(0, MOST_LETTERS)}\n… cut here` : shown;
}

async function ask(form) {
  const address = addressOf(form);
  const reply = form.querySelector(".reply");
  const [facts, body, curl] = [".facts", "pre:not(.curl) code", ".curl code"].map((place) => reply.querySelector(place));
  reply.hidden = false;
  facts.textContent = "asking …";
  body.textContent = "";
  const { method, sends, host } = form.dataset;
  const sent = sends ? form.elements._body.value : "";
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const options = method === "GET" ? "" : `-X ${method} `;
  curl.textContent = `curl ${options}${quoted(host + address)}${sent ? ` -H 'Content-Type: ${sends}' -d ${quoted(sent)}` : ""}`;
  const started = performance.now();
  try {
    const headers = { Accept: "application/json, */*;q=0.5" };
    if (sent) headers["Content-Type"] = sends;
    const answer = await fetch(address, { method, headers, body: sent || undefined, cache: "no-store" });
    const kind = answer.headers.get("Content-Type") ?? "";
    const isText = /json|text/.test(kind);
    const text = isText ? await answer.text() : `${(await answer.blob()).size} bytes`;
    const spent = Math.round(performance.now() - started);
    facts.textContent = `${answer.status} ${answer.statusText} · ${spent} ms · ${kind}`;
    body.textContent = pretty(text, kind);
  } catch {
    facts.textContent = "The server does not answer.";
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
