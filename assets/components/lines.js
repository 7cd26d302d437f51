// All heads at once: queries at the left, keys at the right, a line for every weight.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated: elements are built once, kept on the root element, and only brought up to date.
// matrix.js comes before this file; its colours are used. Words come from people: they are written
// with textContent and never read as markup. Sides are 0 for queries and 1 for keys.

const PAUSE_MS = 250; // one message to Python after a burst of clicks: the picture does not wait
const ROW = 28; // pixels, as in lines.css
const SPREAD = 0.7; // rows: what the lines of all heads take at a word, as in figures/lines.py
const THICK = 2; // pixels
const NEAR = 6; // pixels: a pointer so close to a line means it
const SVG = "http://www.w3.org/2000/svg";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".lines");
  root.dataset.arrived = performance.now(); // read by benchmarks/lines.py
  const view = (root.view ??= createView(root, data));
  view.send = (choice) => setTriggerValue("chosen", choice);
  view.data = data;
  view.colours = COLOURS.heads[matrixIsDark(root) ? "dark" : "light"];
  const shape = JSON.stringify(data.panels.map(({ words, layers, heads }) => [words, layers, heads]));
  const rebuilt = view.shape !== shape;
  if (rebuilt) build(view, shape);
  view.panels.forEach((panel, i) => unpack(panel, data.panels[i]));
  writeLabels(view);
  followPython(view, rebuilt);
  render(view);
  view.resize.observe(view.stage);
  // Streamlit may clean up after an outdated run while a newer one is on the page: stop only
  // when the page is really gone.
  return () => root.isConnected || view.resize.disconnect();
}

function createView(root, data) {
  const find = (name) => root.querySelector(name);
  const view = { root, stage: find(".panels"), sentence: find(".sentence"), numbers: find(".numbers") };
  Object.assign(view, { hint: find(".hint"), hovered: null, focused: null, panels: [] });
  view.buttons = { all: find(".all"), unpin: find(".unpin"), save: find(".save") };
  view.count = view.answered = data.answered; // choices numbered so far, and the latest answer
  view.resize = new ResizeObserver(() => {
    for (const panel of view.panels) if (panel.wide !== panel.canvas.clientWidth) paint(view, panel);
  });
  listen(view);
  return view;
}

// ---------------------------------------------------------------- building

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function button(className, more) {
  return Object.assign(element("button", className), { type: "button", tabIndex: -1 }, more);
}

function build(view, shape) {
  view.shape = shape;
  view.hovered = view.focused = view.last = null;
  view.panels = view.data.panels.map(buildPanel);
  view.stage.replaceChildren(...view.panels.map(({ node }) => node));
}

function buildPanel({ words, layers, heads }, number) {
  const panel = { number, name: element("h3", "name"), canvas: element("canvas"), tip: element("div", "tip") };
  panel.titles = ["query", "key"].map((role) => element("p", `title ${role}`));
  panel.buttons = words.map((side, which) =>
    side.map((text, place) => {
      const made = button("word", { at: { panel: number, side: which, place }, dir: "auto" });
      made.textContent = made.title = text.trim() || "␣";
      return made;
    }),
  );
  panel.sides = panel.buttons.map((made, side) => element("div", `words ${side ? "key" : "query"}`, ...made));
  panel.mark = document.createElementNS(SVG, "svg");
  panel.mark.append(document.createElementNS(SVG, "line"));
  panel.space = element("div", "space", panel.canvas, panel.mark, panel.tip);
  panel.space.panel = number;
  panel.chips = layers.map((_, layer) =>
    Array.from({ length: heads }, (_, head) => {
      const chip = button("chip", { chip: { panel: number, layer, head } });
      chip.textContent = head + 1;
      return chip;
    }),
  );
  panel.layerNames = layers.map(() => element("span", "layer"));
  panel.grid = element("div", "chips", ...panel.chips.flatMap((row, i) => [panel.layerNames[i], ...row]));
  panel.grid.style.setProperty("--heads", heads);
  panel.chips[0][0].tabIndex = 0; // one tab stop each; arrow keys move inside
  for (const side of panel.buttons) if (side.length) side[0].tabIndex = 0;
  for (const group of [panel.grid, ...panel.sides]) group.setAttribute("role", "group");
  for (const hidden of [panel.canvas, panel.mark, panel.tip]) hidden.setAttribute("aria-hidden", "true");
  const [queries, keys] = panel.sides;
  const columns = element("div", "columns", queries, panel.space, keys);
  panel.node = element("section", "panel", panel.name, panel.grid, ...panel.titles, columns);
  return panel;
}

// ---------------------------------------------------------------- the numbers

/** From base64 to the step of every weight, one head after the other. */
function unpack(panel, data) {
  panel.data = data;
  if (panel.packed === data.weights) return;
  panel.packed = data.weights;
  const letters = atob(data.weights);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  panel.steps = data.steps > 255 ? new Uint16Array(bytes.buffer) : bytes;
}

const sizeOf = ({ data: { words } }) => words[0].length * words[1].length;
const headAt = ({ data, shown }, i) => shown[Math.floor(i / data.heads)][i % data.heads];
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** What the number at `index` says, ready to be written; numbers shown count from 1. */
function lineAt({ data, steps }, index) {
  const size = data.words[0].length * data.words[1].length;
  const [head, place] = [Math.floor(index / size), index % size];
  const [row, column] = [Math.floor(place / data.words[1].length), place % data.words[1].length];
  const digits = data.steps > 255 ? 4 : 2; // those that are the model's own
  return {
    row,
    column,
    layer: data.layers[Math.floor(head / data.heads)],
    head: (head % data.heads) + 1,
    kind: data.kind,
    query: data.words[0][row],
    key: data.words[1][column],
    opacity: (steps[index] + 0.5) / data.steps, // the middle of a step
    get weight() {
      return this.opacity.toFixed(digits); // asked for one line in thousands
    },
  };
}

/** Which links, row after row, are looked at: of the word pointed at, of the pinned ones, or all.
    With a word pinned at the other side, pointing leaves only the links between the two. */
function wanted({ number, pinned, data: { words } }, at) {
  const here = at?.panel === number ? at : null;
  const opposite = here && pinned[1 - here.side];
  const free = !pinned[0].size && !pinned[1].size;
  const asks = (...link) => {
    if (!here) return free || pinned[0].has(link[0]) || pinned[1].has(link[1]);
    if (link[here.side] !== here.place) return false;
    return !opposite.size || opposite.has(link[1 - here.side]);
  };
  return Uint8Array.from(words[0].flatMap((_, row) => words[1].map((_, column) => asks(row, column))));
}

/** Where the numbers of the lines to draw are, the strongest last. */
function linesOf(panel, mask) {
  const { steps, data } = panel;
  const size = sizeOf(panel);
  const least = Math.round(data.faintest * data.steps);
  const found = [];
  for (let head = 0; head * size < steps.length; head++) {
    if (!headAt(panel, head)) continue;
    for (let i = 0, at = head * size; i < size; i++, at++) {
      if (mask[i] && steps[at] >= least) found.push(at);
    }
  }
  return found.sort((a, b) => steps[a] - steps[b]);
}

/** Where the largest number of a head is among the links looked at; -1 without any. */
function strongestOf(panel, mask, head) {
  const size = sizeOf(panel);
  let best = -1;
  for (let i = 0, at = head * size; i < size; i++, at++) {
    if (mask[i] && (best < 0 || panel.steps[at] > panel.steps[best])) best = at;
  }
  return best;
}

// ---------------------------------------------------------------- bringing up to date

function writeLabels({ panels, hint, buttons, root, data: { labels }, colours }) {
  hint.textContent = labels.hint;
  for (const name in buttons) buttons[name].textContent = labels[name];
  panels.forEach(({ data, node, name, titles, sides, grid, chips, layerNames }) => {
    name.textContent = data.kind;
    node.setAttribute("aria-label", data.kind);
    grid.setAttribute("aria-label", fill(labels.heads, { kind: data.kind }));
    data.titles.forEach((title, side) => {
      titles[side].textContent = title;
      sides[side].setAttribute("aria-label", title);
    });
    data.layers.forEach((number, layer) => {
      layerNames[layer].textContent = fill(labels.layer, { number });
      chips[layer].forEach((chip, head) => {
        const colour = colours[head % colours.length];
        chip.style.setProperty("--colour", colour);
        chip.style.setProperty("--on", matrixLightness(matrixColour(colour)) > 0.5 ? "#000" : "#fff");
        chip.title = fill(labels.cell, { layer: number, head: head + 1 });
        chip.setAttribute("aria-label", chip.title);
      });
    });
  });
  root.style.setProperty("--row", `${ROW}px`);
}

// Python answers every choice with its number. While a later choice is on its way, the answer to an
// earlier one must not pull the picture back; what Python says of its own accord is followed.
function followPython(view, rebuilt) {
  const { answered, panels } = view.data;
  const told = JSON.stringify(panels.map(({ shown, pinned }) => [shown, pinned]));
  const ownAccord = answered === view.answered && told !== view.told;
  Object.assign(view, { told, answered });
  if (answered < view.count && !ownAccord && !rebuilt) return;
  for (const panel of view.panels) {
    panel.shown = panel.data.shown.map((row) => [...row]);
    panel.pinned = panel.data.pinned.map((places) => new Set(places));
  }
}

function render(view) {
  const at = view.hovered ?? view.focused;
  for (const panel of view.panels) {
    panel.mask = wanted(panel, at);
    panel.drawn = linesOf(panel, panel.mask);
    markWords(panel, at);
    panel.chips.forEach((row, layer) =>
      row.forEach((chip, head) => chip.setAttribute("aria-pressed", Boolean(panel.shown[layer][head]))),
    );
    point(view, panel, null);
    paint(view, panel);
  }
  const pins = view.panels.filter(({ pinned }) => pinned[0].size || pinned[1].size);
  const hiding = view.panels.some(({ shown }) => shown.flat().includes(0));
  view.buttons.all.disabled = !hiding;
  view.buttons.unpin.disabled = !pins.length;
  view.last = at ? view.panels[at.panel] : (pins[0] ?? view.last ?? view.panels.at(-1));
  const said = sentenceOf(view, at, pins.length > 0);
  if (view.sentence.textContent !== said) view.sentence.textContent = said; // else read out again
  writeNumbers(view);
  view.root.dataset.drawn = Number(view.root.dataset.drawn ?? 0) + 1;
}

function markWords(panel, at) {
  const isolated = panel.mask.includes(0);
  const met = [new Set(), new Set()];
  for (const index of panel.drawn) {
    const { row, column } = lineAt(panel, index);
    met[0].add(row);
    met[1].add(column);
    if (!isolated) break;
  }
  panel.buttons.forEach((words, side) =>
    words.forEach((word, place) => {
      const pointedAt = at?.panel === panel.number && at.side === side && at.place === place;
      const pinned = panel.pinned[side].has(place);
      word.setAttribute("aria-pressed", pinned);
      word.classList.toggle("active", pointedAt || pinned);
      word.classList.toggle("apart", isolated && !pointedAt && !pinned && !met[side].has(place));
    }),
  );
}

/** From a line's number to both its heights, in pixels; heads leave a word one below the other. */
function endsOf(panel, { row, column, head }) {
  const { heads } = panel.data;
  const beside = 0.5 + ((head - 1 - (heads - 1) / 2) * SPREAD) / heads;
  return [(row + beside) * ROW, (column + beside) * ROW];
}

function paint({ colours }, panel) {
  const { canvas, drawn, data } = panel;
  const [wide, high] = [canvas.clientWidth, ROW * Math.max(...data.words.map((side) => side.length))];
  panel.wide = wide;
  if (!wide || !drawn) return; // not on the page yet: the observer calls again
  const ratio = Math.min(devicePixelRatio || 1, 16_000 / high); // canvases have a largest height
  [canvas.width, canvas.height] = [Math.round(wide * ratio), Math.round(high * ratio)];
  canvas.style.height = `${high}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.lineWidth = THICK;
  for (const index of drawn) {
    const line = lineAt(panel, index);
    const [from, to] = endsOf(panel, line);
    context.globalAlpha = line.opacity;
    context.strokeStyle = colours[(line.head - 1) % colours.length];
    context.beginPath();
    context.moveTo(0, from);
    context.lineTo(wide, to);
    context.stroke();
  }
}

// ---------------------------------------------------------------- saying it

function chosenWords(view, at) {
  if (at) {
    const panel = view.panels[at.panel];
    const opposite = [...panel.pinned[1 - at.side]].map((place) => panel.data.words[1 - at.side][place]);
    return [panel.data.words[at.side][at.place], ...opposite];
  }
  const { pinned, data } = view.last;
  return pinned.flatMap((places, side) => [...places].map((place) => data.words[side][place]));
}

function sentenceOf(view, at, pinned) {
  const { labels } = view.data;
  if (!at && !pinned) {
    const shown = view.panels.flatMap((panel) => panel.shown.flat());
    return fill(labels.rest, {
      heads: shown.filter(Boolean).length,
      lines: view.panels.reduce((sum, { drawn }) => sum + drawn.length, 0),
      faintest: [...new Set(view.panels.map(({ data }) => data.faintest))].join(" / "),
    });
  }
  const { drawn } = view.last;
  const words = chosenWords(view, at).join(", ");
  if (!drawn.length) return fill(labels.none, { words, faintest: view.last.data.faintest });
  const said = [fill(labels.chosen, { words, lines: drawn.length })];
  return [...said, fill(labels.line, lineAt(view.last, drawn.at(-1)))].join(" ");
}

/** Which of a link's two words a table has to name: the one that is not the same in all. */
function namesOf({ mask, data: { words } }) {
  const width = words[1].length;
  const looked = Array.from(mask.keys()).filter((i) => mask[i]);
  if (looked.length === 1) return () => "";
  if (looked.every((i) => i % width === looked[0] % width)) return ({ query }) => `${query} →`;
  const one = looked.every((i) => Math.floor(i / width) === Math.floor(looked[0] / width));
  return one ? ({ key }) => `→ ${key}` : ({ query, key }) => `${query} → ${key}`;
}

/** The strongest link of every head of one panel, among those looked at, whether drawn or not. */
function writeNumbers(view) {
  const { last: panel, colours, data: { labels } } = view;
  const name = namesOf(panel);
  const { heads, layers, kind, words } = panel.data;
  const links = panel.mask.reduce((sum, one) => sum + one, 0);
  const first = panel.mask.indexOf(1);
  const pair = { kind, query: words[0][Math.floor(first / words[1].length)], key: words[1][first % words[1].length] };
  const caption = element("caption", "", fill(links === 1 ? labels.pair : labels.strongest, pair));
  const top = Array.from({ length: heads }, (_, head) => {
    const cell = element("th", "", fill(labels.head, { number: head + 1 }));
    cell.style.setProperty("--colour", colours[head % colours.length]);
    return cell;
  });
  const rows = layers.map((number, layer) => {
    const heading = element("th", "", fill(labels.layer, { number }));
    const cells = top.map((_, head) => {
      const index = panel.shown[layer][head] ? strongestOf(panel, panel.mask, layer * heads + head) : -1;
      if (index < 0) return element("td", "", "–");
      const line = lineAt(panel, index);
      return element("td", "", element("span", "link", name(line)), element("b", "", line.weight));
    });
    return element("tr", "", heading, ...cells);
  });
  const table = element("table", "", caption, element("tr", "", element("td", ""), ...top), ...rows);
  view.numbers.replaceChildren(table);
}

// ---------------------------------------------------------------- pointing, clicking, keys

const same = (a, b) => a?.panel === b?.panel && a?.side === b?.side && a?.place === b?.place;

function listen(view) {
  const { stage, buttons } = view;
  const show = (name, at) => {
    if (same(view[name], at)) return;
    view[name] = at;
    render(view);
  };
  stage.onpointerover = (event) => {
    if (event.pointerType !== "touch") show("hovered", event.target.closest(".word")?.at ?? null);
  };
  stage.onpointerleave = () => show("hovered", null);
  stage.onpointermove = (event) => {
    const space = event.target.closest(".space");
    if (space) point(view, view.panels[space.panel], event);
  };
  stage.addEventListener("pointerout", (event) => {
    const space = event.target.closest(".space");
    if (space) point(view, view.panels[space.panel], null);
  });
  stage.addEventListener("focusin", ({ target }) => {
    for (const other of groupOf(view, target)) other.tabIndex = other === target ? 0 : -1;
    show("focused", target.matches(":focus-visible") ? (target.at ?? null) : null);
  });
  stage.addEventListener("focusout", () => show("focused", null));
  stage.onclick = (event) => {
    const { at, chip } = event.target;
    if (at) toggle(view.panels[at.panel].pinned[at.side], at.place);
    else if (chip && event.shiftKey) solo(view, chip);
    else if (chip) flip(view, chip);
    else return;
    chosen(view);
  };
  stage.ondblclick = ({ target: { chip } }) => {
    if (!chip) return;
    solo(view, chip); // the two clicks before have undone each other
    chosen(view);
  };
  view.root.onkeydown = (event) => onKey(view, event);
  buttons.all.onclick = () => {
    for (const panel of view.panels) panel.shown = panel.shown.map((row) => row.map(() => 1));
    chosen(view);
  };
  buttons.unpin.onclick = () => unpin(view);
  buttons.save.onclick = () => save(view);
}

const toggle = (set, one) => set.delete(one) || set.add(one);

function flip({ panels }, { panel, layer, head }) {
  panels[panel].shown[layer][head] = 1 - panels[panel].shown[layer][head];
}

/** Only this head of its panel; again: all of them. */
function solo({ panels }, { panel, layer, head }) {
  const { shown } = panels[panel];
  const alone = shown.flat().filter(Boolean).length === 1 && shown[layer][head];
  panels[panel].shown = shown.map((row, i) => row.map((_, j) => Number(alone || (i === layer && j === head))));
}

function unpin(view) {
  for (const { pinned } of view.panels) for (const places of pinned) places.clear();
  chosen(view);
}

/** At once here; the round trip to Python, which writes the address, comes after. */
function chosen(view) {
  render(view);
  view.count += 1;
  clearTimeout(view.timer);
  view.timer = setTimeout(() => {
    const panels = view.panels.map(({ shown, pinned }) => ({ shown, pinned: pinned.map((set) => [...set]) }));
    view.send({ count: view.count, panels });
  }, PAUSE_MS);
}

/** The buttons among which the arrow keys move. */
function groupOf({ panels }, { at, chip }) {
  if (at) return panels[at.panel].buttons[at.side];
  return chip ? panels[chip.panel].chips.flat() : [];
}

function onKey(view, event) {
  const { at, chip } = event.target;
  const group = groupOf(view, event.target);
  const moves = { ArrowUp: at ? -1 : -(view.panels[chip?.panel]?.data.heads ?? 1), ArrowLeft: at ? null : -1 };
  Object.assign(moves, { ArrowDown: -moves.ArrowUp, ArrowRight: at ? null : 1 });
  Object.assign(moves, { Home: -group.indexOf(event.target), End: group.length - 1 - group.indexOf(event.target) });
  if (event.key === "Escape") view.buttons.unpin.disabled || unpin(view);
  else if (chip && event.shiftKey && (event.key === "Enter" || event.key === " ")) {
    solo(view, chip);
    chosen(view);
  } else if (at && ["ArrowLeft", "ArrowRight"].includes(event.key)) across(view, at, event.key);
  else if (group.length && event.key in moves) group[group.indexOf(event.target) + moves[event.key]]?.focus();
  else return;
  event.preventDefault(); // neither scroll the page nor press anything else
}

/** To the other end of the strongest line. */
function across({ panels }, at, key) {
  const { drawn, buttons } = panels[at.panel];
  if (!drawn.length || at.side !== (key === "ArrowRight" ? 0 : 1)) return;
  const { row, column } = lineAt(panels[at.panel], drawn.at(-1));
  buttons[1 - at.side][at.side ? row : column].focus();
}

/** The line under the pointer, if any: drawn in full colour, its number beside the pointer. */
function point(view, panel, event) {
  const { tip, mark, space, canvas } = panel;
  const line = event && lineUnder(panel, event);
  tip.classList.toggle("shown", Boolean(line));
  mark.classList.toggle("shown", Boolean(line));
  if (!line) return;
  const [from, to] = endsOf(panel, line);
  const ends = { x1: 0, y1: from, x2: canvas.clientWidth, y2: to };
  for (const name in ends) mark.firstChild.setAttribute(name, ends[name]);
  mark.firstChild.style.stroke = view.colours[(line.head - 1) % view.colours.length];
  const text = fill(view.data.labels.line, line);
  if (tip.textContent !== text) tip.textContent = text;
  tip.style.top = `${event.clientY - space.getBoundingClientRect().top}px`;
}

function lineUnder(panel, event) {
  const { left, top, width } = panel.canvas.getBoundingClientRect();
  const [part, y] = [(event.clientX - left) / width, event.clientY - top];
  let best = null;
  let nearest = NEAR;
  for (const index of panel.drawn) {
    const line = lineAt(panel, index);
    const [from, to] = endsOf(panel, line);
    const away = (Math.abs(from + part * (to - from) - y) * width) / Math.hypot(width, to - from);
    if (away > nearest) continue;
    [best, nearest] = [line, away]; // of two as near, the stronger one
  }
  return best;
}

// ---------------------------------------------------------------- the picture as a file

/** What is on the screen, as vectors: everything stands where it stands here. */
function save(view) {
  const made = pictureOf(view);
  const text = new XMLSerializer().serializeToString(made);
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.download = `${view.data.file}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function pictureOf(view) {
  const style = getComputedStyle(view.root);
  const box = view.stage.getBoundingClientRect();
  const [pad, step] = [24, 26];
  const caption = brokenLines(view.sentence.textContent, box.width, `18px ${style.fontFamily}`);
  const [wide, high] = [box.width + 2 * pad, box.height + (caption.length + 1) * step + 2 * pad];
  const svg = vector("svg", { xmlns: SVG, viewBox: `0 0 ${wide} ${high}`, width: wide, height: high });
  svg.setAttribute("font-family", style.fontFamily);
  const said = view.panels.map(({ data }) => data.kind).join(", ");
  svg.append(vector("title", {}, said), vector("desc", {}, view.sentence.textContent));
  svg.append(vector("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--st-background-color") }));
  const origin = { x: box.left - pad, y: box.top - pad };
  for (const panel of view.panels) svg.append(panelPicture(view, panel, origin));
  caption.forEach((line, i) => {
    const place = { x: pad, y: pad + box.height + (i + 1) * step, "font-size": 18, fill: style.color };
    svg.append(vector("text", place, line));
  });
  return svg;
}

function panelPicture({ colours }, panel, origin) {
  const group = vector("g", {});
  const { left, top, width } = panel.canvas.getBoundingClientRect();
  for (const index of panel.drawn) {
    const line = lineAt(panel, index);
    const [y1, y2] = endsOf(panel, line).map((y) => y + top - origin.y);
    const stroke = colours[(line.head - 1) % colours.length];
    const more = { stroke, "stroke-width": THICK, opacity: line.opacity.toFixed(4) };
    group.append(vector("line", { x1: left - origin.x, x2: left - origin.x + width, y1, y2, ...more }));
  }
  const chips = panel.chips.flat();
  const texts = [panel.name, ...panel.titles, ...panel.layerNames, ...chips, ...panel.buttons.flat()];
  for (const node of texts) group.append(...textPicture(node, origin));
  return group;
}

/** A box, where it has a colour of its own, and the text in it. */
function textPicture(node, origin) {
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  const frame = { x: box.left - origin.x, y: box.top - origin.y, width: box.width, height: box.height, rx: 4 };
  const anchor = { center: ["middle", 0.5], right: ["end", 1] }[style.textAlign] ?? ["start", 0];
  const inset = anchor[1] === 0.5 ? 0 : parseFloat(style.paddingLeft) * (anchor[1] ? -1 : 1);
  const place = { x: frame.x + anchor[1] * frame.width + inset, y: frame.y + frame.height / 2 };
  const more = { "text-anchor": anchor[0], "dominant-baseline": "central", fill: style.color };
  const font = { "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight };
  const clear = style.backgroundColor.endsWith(", 0)");
  const edge = node.chip ? style.borderTopColor : "none";
  const range = document.createRange();
  range.selectNodeContents(node);
  // As wide as here, whichever font the reader of the file has.
  const fit = { textLength: Math.min(range.getBoundingClientRect().width, box.width), lengthAdjust: "spacingAndGlyphs" };
  const rect = vector("rect", { ...frame, fill: clear ? "none" : style.backgroundColor, stroke: edge });
  return [rect, vector("text", { ...place, ...more, ...font, ...fit }, node.textContent)];
}

function vector(tag, attributes, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const name in attributes) if (name !== "xmlns") made.setAttribute(name, attributes[name]);
  made.textContent = text;
  return made;
}

function brokenLines(text, width, font) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
