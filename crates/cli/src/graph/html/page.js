// Pan, zoom, search, and what a node is and refers to. All data is in the page; nothing is ever loaded.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const stage = document.getElementById("stage");
const svg = stage.querySelector("svg");
const panel = document.getElementById("panel");
const search = document.getElementById("search");
const nodes = new Map([...svg.querySelectorAll(".node")].map(one => [one.dataset.key, one]));
const lines = [...svg.querySelectorAll(".line")];
let chosen = null;

// --- What belongs together.
const rowsOf = key => Object.keys(data).filter(one => data[one].row && data[one].within === key);

// The keys with all that is around them: a card for its row, the frames for a card.
function withFrames(keys) {
  const all = new Set();
  for (let key of keys) for (; key && data[key]; key = data[key].within) all.add(key);
  return all;
}

function around(key) {
  const own = new Set([key, ...rowsOf(key)]);
  const near = new Set([...own].flatMap(one => [one, ...data[one].uses.map(use => use.key), ...data[one].users.map(use => use.key)]));
  // A line may end at the frame of a group instead of at its members.
  const ends = new Set([...own].flatMap(one => [one, data[one].within]).filter(end => end && (own.has(end) || data[end].kind === "group")));
  const touching = lines.filter(line => ends.has(line.dataset.from) || ends.has(line.dataset.to));
  return new Set([...withFrames([...near, ...touching.flatMap(line => [line.dataset.from, line.dataset.to])]), ...touching]);
}

function light(lit) {
  svg.classList.toggle("quiet", lit !== null);
  for (const [key, node] of nodes) node.classList.toggle("lit", lit !== null && lit.has(key));
  for (const line of lines) line.classList.toggle("lit", lit !== null && lit.has(line));
}

function rest() {
  if (search.value.trim()) return find();
  light(chosen !== null && data[chosen].kind !== "stack" ? around(chosen) : null);
}

// --- The panel.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function list(title, references) {
  if (!references.length) return [];
  const ul = element("ul");
  for (const { key, links } of references) {
    const button = element("button", data[key].id);
    button.append(...links.map(link => element("small", link)));
    button.onclick = () => choose(key, true);
    ul.append(element("li"));
    ul.lastChild.append(button);
  }
  return [element("h3", title), ul];
}

function choose(key, go, keepFocus) {
  if (chosen !== null) nodes.get(chosen).classList.remove("chosen");
  chosen = key;
  panel.hidden = key === null;
  panel.replaceChildren();
  if (key !== null) {
    const node = data[key];
    nodes.get(key).classList.add("chosen");
    const close = element("button", "×", "close");
    close.setAttribute("aria-label", "Close");
    close.onclick = () => choose(null);
    panel.append(close, element("h2", node.id), element("p", node.type || node.kind), element("p", node.about));
    if (node.source) panel.append(element("p", node.source));
    if (node.stateful) panel.append(element("span", "holds data", "flag"));
    panel.append(...list("Refers to", node.uses), ...list("Referred to by", node.users));
    panel.append(...list("In this card", rowsOf(key).map(row => ({ key: row, links: [data[row].about] }))));
    if (node.body) panel.append(element("h3", "Template"), element("pre", node.body));
    if (node.script) panel.append(element("h3", "Boot script"), element("pre", node.script));
    panel.scrollTop = 0;
    if (go) show(key, keepFocus);
  }
  rest();
}

// --- Search.
function matches() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = key => `${data[key].id} ${data[key].type} ${data[key].about} ${data[key].stateful ? "holds data" : ""}`.toLowerCase();
  return words.length ? [...nodes.keys()].filter(key => words.every(word => text(key).includes(word))) : [];
}

function find() {
  const found = matches();
  const isAsked = search.value.trim() !== "";
  document.getElementById("found").textContent = isAsked ? `${found.length} found` : "";
  light(isAsked ? withFrames(found) : null);
  if (!isAsked) rest();
}

search.addEventListener("input", find);
search.addEventListener("keydown", event => {
  const found = matches();
  if (event.key === "Enter" && found.length) choose(found[(found.indexOf(chosen) + (event.shiftKey ? found.length - 1 : 1)) % found.length], true, true);
});

// --- Pan and zoom, as a change of what part of the picture is seen.
// Some room above for the search box.
const size = svg.viewBox.baseVal;
const whole = { x: 0, y: -size.height / 16, width: size.width, height: size.height * 17 / 16 };
let view = { ...whole };

function look(next) {
  view = next;
  svg.setAttribute("viewBox", [view.x, view.y, view.width, view.height].join(" "));
}

look({ ...whole });

function point(x, y) {
  return new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
}

function zoom(factor, x = innerWidth / 2, y = innerHeight / 2) {
  const width = Math.min(Math.max(view.width / factor, 200), whole.width * 3);
  const at = point(x, y);
  const scale = width / view.width;
  look({ x: at.x - (at.x - view.x) * scale, y: at.y - (at.y - view.y) * scale, width, height: view.height * scale });
}

function show(key, keepFocus) {
  const node = nodes.get(key);
  const box = node.getBBox();
  const width = Math.min(view.width, Math.max(1400, box.width * 1.3));
  const height = width * innerHeight / innerWidth;
  // The panel covers the right; the node goes to the middle of what is left.
  look({ x: box.x + box.width / 2 - width * 0.38, y: box.y + box.height / 2 - height / 2, width, height });
  if (!keepFocus) node.focus({ preventScroll: true });
}

let grip = null;
stage.addEventListener("wheel", event => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX, event.clientY);
}, { passive: false });
stage.addEventListener("pointerdown", event => {
  if (event.button === 0) grip = { at: point(event.clientX, event.clientY), x: event.clientX, y: event.clientY, moved: false };
});
addEventListener("pointermove", event => {
  if (!grip) return;
  grip.moved ||= Math.hypot(event.clientX - grip.x, event.clientY - grip.y) > 4;
  if (!grip.moved) return;
  stage.classList.add("moving");
  const now = point(event.clientX, event.clientY);
  look({ ...view, x: view.x + grip.at.x - now.x, y: view.y + grip.at.y - now.y });
});
addEventListener("pointerup", event => {
  const wasClick = grip && !grip.moved;
  grip = null;
  stage.classList.remove("moving");
  if (wasClick) choose(event.target.closest(".node")?.dataset.key ?? null);
});

// --- Each node can be pointed at and reached by keys.
for (const [key, node] of nodes) {
  node.setAttribute("tabindex", "0");
  node.setAttribute("role", "button");
  node.setAttribute("aria-label", [data[key].id, data[key].about].filter(Boolean).join(", "));
  if (data[key].kind !== "stack") {
    node.addEventListener("pointerenter", () => !grip && light(around(key)));
    node.addEventListener("pointerleave", () => !grip && rest());
  }
}

document.getElementById("in").onclick = () => zoom(1.3);
document.getElementById("out").onclick = () => zoom(1 / 1.3);
document.getElementById("fit").onclick = () => look({ ...whole });
addEventListener("keydown", event => {
  if (event.key === "Escape") {
    search.value = "";
    choose(null);
    find();
    return search.blur();
  }
  if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = view.width / 12;
  const acts = {
    "/": () => search.focus(), "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), 0: () => look({ ...whole }),
    ArrowLeft: () => look({ ...view, x: view.x - step }), ArrowRight: () => look({ ...view, x: view.x + step }),
    ArrowUp: () => look({ ...view, y: view.y - step }), ArrowDown: () => look({ ...view, y: view.y + step }),
    Enter: () => choose(document.activeElement?.dataset?.key ?? chosen),
  };
  const inPanel = panel.contains(event.target) && (event.key === "Enter" || event.key.startsWith("Arrow"));
  if (acts[event.key] && !inPanel) {
    event.preventDefault();
    acts[event.key]();
  }
});
