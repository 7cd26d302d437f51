// Which French words did each English word draw on? Two lines of words and curves between them.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated: elements are built once, kept on the root element, and only brought up to date.
// Words come from people: they are written with textContent and never read as markup.

const NUMBERED = 0.05; // weights below this get no number,
const DRAWN = 0.02; // below this no curve either
const DARK_ENOUGH = 0.6; // from here on the shade behind a word asks for the opposite text colour
const RESIZE_PAUSE_MS = 60;

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".word-links");
  const view = (root.view ??= createView(root));
  view.data = data;
  const words = JSON.stringify([data.target, data.source, data.labels.unsure]);
  if (view.words !== words) buildWords(view, words);
  writeCaptions(view);
  render(view);
  view.resize.observe(view.stage);
  // Streamlit may clean up after an outdated run while a newer one is on the page: stop only
  // when the page is really gone.
  return () => root.isConnected || view.resize.disconnect();
}

function createView(root) {
  const find = (name) => root.querySelector(name);
  const view = {
    stage: find(".stage"),
    curves: find(".curves"),
    sentence: find(".sentence"),
    lines: { target: find(".words.target"), source: find(".words.source") },
    captions: { target: find(".caption.target"), source: find(".caption.source") },
    buttons: { target: [], source: [] },
    pinned: null, // each of these three is null or { side, index }
    hovered: null,
    focused: null,
  };
  let timer;
  view.resize = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(() => drawCurves(view), RESIZE_PAUSE_MS);
  });
  document.fonts?.ready.then(() => view.data && drawCurves(view));
  listen(view);
  return view;
}

// ---------------------------------------------------------------- building

function buildWords(view, words) {
  const focus = placeOf(view.stage.getRootNode().activeElement);
  view.words = words;
  view.pinned = view.hovered = view.focused = null;
  for (const side of ["target", "source"]) {
    const { labels } = view.data;
    const made = view.data[side].map((word, index) => wordElement(word, side, index, labels.unsure));
    view.buttons[side] = made.map((word) => word.querySelector("button"));
    if (made.length) view.buttons[side][0].tabIndex = 0;
    view.lines[side].replaceChildren(...unbreakable(made));
  }
  if (!focus) return;
  const buttons = view.buttons[focus.side]; // the old word may be gone, the focus must not be
  buttons[Math.min(focus.index, buttons.length - 1)]?.focus();
}

/** A full stop joined to its word must not start a line of its own: such words share one box. */
function unbreakable(words) {
  const groups = [];
  for (const word of words) {
    if (!word.classList.contains("joined") || !groups.length) {
      groups.push(document.createElement("span"));
      groups.at(-1).className = "group";
    }
    groups.at(-1).append(word);
  }
  return groups;
}

function wordElement(word, side, index, unsure) {
  const box = document.createElement("span");
  box.className = "word";
  box.classList.toggle("special", Boolean(word.special));
  box.classList.toggle("joined", Boolean(word.joined));
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1; // one tab stop a line; arrow keys move inside it
  button.dir = "auto";
  button.place = { side, index };
  button.textContent = word.text.trim() || "␣";
  if (word.unsure) {
    box.classList.add("unsure");
    button.setAttribute("aria-description", unsure);
  }
  const number = document.createElement("span");
  number.className = "number";
  box.append(button, number);
  return box;
}

function writeCaptions({ captions, lines, data }) {
  for (const side of ["target", "source"]) {
    captions[side].textContent = data.labels[side];
    lines[side].setAttribute("aria-label", data.labels[side]);
  }
}

// ---------------------------------------------------------------- showing

const activePlace = (view) => view.pinned ?? view.hovered ?? view.focused;
const otherSide = (side) => (side === "target" ? "source" : "target");

/** The weights between one word and every word of the other line. */
function weightsOf({ data }, { side, index }) {
  return side === "target" ? data.weights[index] : data.weights.map((row) => row[index]);
}

const strongest = (weights) => weights.indexOf(Math.max(...weights));

function render(view) {
  const active = activePlace(view);
  view.stage.classList.toggle("busy", active !== null);
  for (const side of ["target", "source"]) {
    const partners = active && active.side !== side ? weightsOf(view, active) : null;
    view.buttons[side].forEach((button, index) => {
      const isActive = active !== null && active.side === side && active.index === index;
      const isPinned = isActive && view.pinned !== null;
      button.classList.toggle("active", isActive);
      button.setAttribute("aria-pressed", isPinned);
      shade(button, partners ? partners[index] : 0);
    });
  }
  drawCurves(view);
  writeSentence(view, active);
}

function shade(button, weight) {
  const number = button.nextSibling;
  button.style.setProperty("--weight", weight);
  button.classList.toggle("partner", weight >= DRAWN);
  button.classList.toggle("strong", weight >= DARK_ENOUGH);
  number.textContent = weight >= NUMBERED ? weight.toFixed(2) : "";
}

/** What to draw, as [index of the English word, index of the French word, weight]. */
function linksToDraw(view, active) {
  if (active) {
    const link = (weight, other) =>
      active.side === "target" ? [active.index, other, weight] : [other, active.index, weight];
    return weightsOf(view, active).map(link).filter(([, , weight]) => weight >= DRAWN);
  }
  // At rest: the strongest link of every English word. End marks are left out, nobody wrote them.
  return view.data.weights.flatMap((weights, target) => {
    const source = strongest(weights);
    return source < 0 || view.data.target[target].special ? [] : [[target, source, weights[source]]];
  });
}

function drawCurves(view) {
  const active = activePlace(view);
  const origin = view.stage.getBoundingClientRect();
  const gap = {
    top: view.lines.target.getBoundingClientRect().bottom,
    bottom: view.lines.source.getBoundingClientRect().top,
  };
  const paths = linksToDraw(view, active).map(([target, source, weight]) => {
    const from = view.buttons.target[target].getBoundingClientRect();
    const to = view.buttons.source[source].getBoundingClientRect();
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", curve(from, to, gap, origin));
    path.style.strokeWidth = active ? 1.5 + 7 * weight : 1 + 2.5 * weight;
    path.style.opacity = active ? 0.2 + 0.75 * weight : 0.12 + 0.33 * weight;
    return path;
  });
  view.curves.replaceChildren(...paths);
}

// Where a sentence wraps, a curve runs straight behind the lines in its way and bends only in the
// gap between the two sentences: slanting pieces between words would be hard to follow.
function curve(from, to, gap, { left, top }) {
  const x1 = (from.left + from.right) / 2 - left;
  const x2 = (to.left + to.right) / 2 - left;
  const [start, bendFrom, bendTo, end] = [from.bottom, gap.top, gap.bottom, to.top].map((y) => y - top);
  const half = (bendFrom + bendTo) / 2;
  return `M ${x1} ${start} V ${bendFrom} C ${x1} ${half}, ${x2} ${half}, ${x2} ${bendTo} V ${end}`;
}

function writeSentence({ data, sentence, ...view }, active) {
  if (!active) return fillTemplate(sentence, data.labels.idle, {});
  const weights = weightsOf({ data }, active);
  const best = strongest(weights);
  if (best < 0) return fillTemplate(sentence, "", {});
  const places = { [active.side]: active.index, [otherSide(active.side)]: best };
  fillTemplate(sentence, data.labels[`${active.side}_sentence`], {
    target: data.target[places.target].text,
    source: data.source[places.source].text,
    weight: weights[best].toFixed(2),
    probability: data.target[places.target].probability?.toFixed(2) ?? "",
  });
  if (active.side === "target" && data.target[active.index].unsure) {
    sentence.append(` (${data.labels.unsure})`);
  }
}

/** "{target} drew most on {source}" with each name in an element of its own, as text. */
function fillTemplate(node, template, values) {
  const parts = template.split(/\{(\w+)\}/).map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part);
    const name = document.createElement("bdi"); // right-to-left words stay in their place
    name.className = part;
    name.textContent = values[part] ?? "";
    return name;
  });
  node.replaceChildren(...parts);
}

// ---------------------------------------------------------------- pointing, tapping, keys

const placeOf = (node) => node?.closest?.("button")?.place ?? null;
const same = (a, b) => a?.side === b?.side && a?.index === b?.index;

function listen(view) {
  const show = (name, place) => {
    view[name] = place;
    render(view);
  };
  const { stage } = view;
  stage.onpointerover = (event) => {
    const place = event.pointerType === "touch" ? null : placeOf(event.target); // a finger cannot hover
    if (!same(place, view.hovered)) show("hovered", place);
  };
  stage.onpointerleave = () => show("hovered", null);
  stage.onclick = (event) => {
    const place = placeOf(event.target);
    show("pinned", same(place, view.pinned) ? null : place);
  };
  stage.addEventListener("focusin", (event) => {
    moveTabStop(view, placeOf(event.target));
    if (event.target.matches(":focus-visible")) show("focused", placeOf(event.target));
  });
  stage.addEventListener("focusout", () => show("focused", null));
  stage.onkeydown = (event) => onKey(view, event);
}

function moveTabStop(view, { side, index }) {
  view.buttons[side].forEach((button, i) => (button.tabIndex = i === index ? 0 : -1));
}

function onKey(view, event) {
  const place = placeOf(event.target);
  if (event.key === "Escape" && view.pinned) {
    view.pinned = null;
    render(view);
  } else if (place) {
    const next = nextPlace(view, place, event.key);
    if (!next) return;
    if (view.pinned) view.pinned = next; // a pinned word hands its pin on
    view.buttons[next.side][next.index].focus();
    render(view);
    event.preventDefault();
  }
}

function nextPlace(view, { side, index }, key) {
  const last = view.buttons[side].length - 1;
  if (key === "ArrowLeft") return { side, index: Math.max(0, index - 1) };
  if (key === "ArrowRight") return { side, index: Math.min(last, index + 1) };
  if (key === "Home") return { side, index: 0 };
  if (key === "End") return { side, index: last };
  const across = key === (side === "target" ? "ArrowDown" : "ArrowUp"); // along the strongest link
  const partner = across ? strongest(weightsOf(view, { side, index })) : -1;
  return partner < 0 ? null : { side: otherSide(side), index: partner };
}
