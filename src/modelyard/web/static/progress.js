// Shows how far long work is, and loads the page again when it is done.
const FIRST_MS = 350;
const LONGEST_MS = 2000;
// A reload would cancel the way to a page that the reader has chosen meanwhile.
let isLeaving = false;
addEventListener("beforeunload", () => {
  isLeaving = true;
  setTimeout(() => (isLeaving = false), 5000);
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function show(card, run) {
  const percent = Math.round(run.done * 100);
  const bar = card.querySelector("progress");
  if (!bar) return;
  // Without a share the bar moves by itself.
  if (run.done > 0) bar.value = run.done;
  else bar.removeAttribute("value");
  card.querySelector("[data-label]").textContent = run.label || run.state;
  card.querySelector("[data-share]").textContent = run.done > 0 ? `${percent}\u202f%` : "";
}

async function ask(address) {
  try {
    return await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
  } catch {
    return null;
  }
}

async function watch(card) {
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.3, LONGEST_MS)) {
    await sleep(pause);
    const answer = await ask(card.dataset.poll);
    if (answer === null) {
      show(card, { done: 0, label: "The server does not answer. Trying again." });
    } else if (answer.status === 202) {
      show(card, await answer.json());
    } else {
      await answer.body?.cancel();
      if (isLeaving) continue;
      location.reload();
      return;
    }
  }
}

async function answered(address) {
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.3, LONGEST_MS)) {
    const answer = await ask(address);
    if (answer !== null && answer.status !== 202) {
      await answer.body?.cancel();
      return answer.ok;
    }
    await sleep(pause);
  }
}

// A list comes again when its tables are read. Tables that cannot be read bring it again only
// once: what they say is not kept, so asking them anew at every load would never end.
async function watchList(hint) {
  const isFirst = performance.getEntriesByType("navigation")[0]?.type !== "reload";
  let isRead = false;
  for (const address of hint.dataset.await.split(" ")) isRead = (await answered(address)) || isRead;
  if ((isRead || isFirst) && !isLeaving) location.reload();
}

document.querySelectorAll("[data-poll]").forEach(watch);
document.querySelectorAll("[data-await]").forEach(watchList);
