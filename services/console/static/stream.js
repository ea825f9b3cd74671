// The live stream on any page that holds a [data-live] element. Without it the pages are complete, only not live.
"use strict";

function fill(template, event) {
  const line = template.content.firstElementChild.cloneNode(true);
  for (const part of line.querySelectorAll("[data-show]")) part.textContent = event.shown[part.dataset.show];
  line.querySelector("a").setAttribute("href", event.shown.href);
  line.classList.add("new");
  return line;
}

function follow(box) {
  const list = box.querySelector("[data-events]");
  const template = box.querySelector("template");
  const state = box.querySelector("[data-state]");
  const button = box.querySelector("[data-pause-button]");
  const keep = Number(box.dataset.keep);
  let waiting = [];
  let paused = false;
  let lost = 0;
  let painting = false;

  const tell = (name) => {
    state.textContent = box.dataset[name];
    state.dataset.state = name;
  };
  const sayWaiting = () => {
    button.textContent = paused ? box.dataset.resume.replace("{n}", waiting.length) : box.dataset.pause;
  };
  const paint = () => {
    painting = false;
    if (paused || !waiting.length) return;
    box.querySelector("[data-empty]").hidden = true;
    list.prepend(...waiting.reverse().map((event) => fill(template, event)));
    waiting = [];
    while (list.children.length > keep) list.lastElementChild.remove();
  };
  const soon = () => {
    // A hidden page is not painted: what it would never show is not kept for it either.
    if (waiting.length > keep) waiting = waiting.slice(-keep);
    if (paused) sayWaiting();
    else if (!painting) {
      painting = true;
      requestAnimationFrame(paint);
    }
  };

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    tell(paused ? "statePaused" : "stateLive");
    sayWaiting();
    soon();
  });

  tell("stateConnecting");
  const source = new EventSource(box.dataset.live);
  source.onopen = () => paused || tell("stateLive");
  source.onerror = () => tell("stateConnecting");
  source.onmessage = (message) => {
    const event = JSON.parse(message.data);
    waiting.push(event);
    soon();
    document.dispatchEvent(new CustomEvent("patuh-event", { detail: event }));
  };
  source.addEventListener("dropped", (message) => {
    lost += JSON.parse(message.data).count;
    box.querySelector("[data-lost]").textContent = box.dataset.dropped.replace("{n}", lost);
  });
}

function announceChangedFlags(notice) {
  let changed = 0;
  document.addEventListener("patuh-event", ({ detail }) => {
    if (!detail.shown.type.startsWith("flag.")) return;
    changed += 1;
    notice.querySelector("a").textContent = notice.dataset.changed.replace("{n}", changed);
    notice.hidden = false;
  });
}

document.querySelectorAll("[data-live]").forEach(follow);
document.querySelectorAll("[data-changed]").forEach(announceChangedFlags);
