// The whole model as boxes within boxes, bottom up, and the lines between them.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated: boxes are built once, kept on the root element, and only brought up to date.
// matrix.js comes before this file; its colours are used. Sentences come from people: they are
// written with textContent, never read as markup.

const STREAM = 42; // pixels from a side's outer edge: where its residual stream runs
const MOVING_MS = 600; // longer than the transition in unfold.css: lines follow the boxes so long
const CORNER = 10; // radius of the lines' corners
const SIDES = [
  { side: "encoder", card: "source", flow: "french" },
  { side: "decoder", card: "read", flow: "english" },
];

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".unfold");
  const view = (root.view ??= createView(root));
  view.send = (name) => setTriggerValue("clicked", name);
  view.data = data;
  const names = JSON.stringify(data.boxes.map(({ name, parent, kind }) => [name, parent, kind]));
  if (view.names !== names) build(view, names);
  write(view);
  moveLines(view);
  view.resize.observe(view.stage);
  // Streamlit may clean up after an outdated run while a newer one is on the page: stop only
  // when the page is really gone.
  return () => root.isConnected || view.resize.disconnect();
}

function createView(root) {
  const find = (name) => root.querySelector(name);
  const view = { root, sentence: find(".sentence"), frame: find(".frame") };
  Object.assign(view, { stage: find(".stage"), svg: find("svg"), pointed: null, until: 0 });
  view.resize = new ResizeObserver(() => drawLines(view));
  document.fonts?.ready.then(() => view.data && drawLines(view));
  listen(view);
  return view;
}

// ---------------------------------------------------------------- building

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

function build(view, names) {
  const focused = view.stage.getRootNode().activeElement?.name;
  view.names = names;
  view.parts = new Map(view.data.boxes.map((box) => [box.name, makeBox(box, view.data.boxes)]));
  view.stage.replaceChildren(view.svg);
  view.root.classList.remove("moving"); // what has just been built stands where it belongs
  for (const { name, parent } of view.data.boxes) {
    const part = view.parts.get(name);
    if (parent) placeIn(view.parts.get(parent), part);
    else view.stage.append(part.node);
  }
  view.parts.get(focused)?.face.focus({ preventScroll: true });
}

function makeBox({ name, kind, parent }, boxes) {
  const made = { name, kind, parent, inside: null };
  const words = element("span", "words", element("span", "title"), element("span", "note"));
  made.face = element("button", "face", words, element("canvas", ""), element("span", "mark"));
  Object.assign(made.face, { type: "button", name });
  made.node = element("div", `box ${kind}`, made.face);
  if (boxes.some((box) => box.parent === name)) {
    made.parts = element("div", "parts");
    made.inside = element("div", "inside", made.parts);
    made.node.append(made.inside);
  }
  return made;
}

/** In a layer, a norm begins a row that its sub-layer and their sum join. */
function placeIn(parent, part) {
  let place = parent.parts;
  if (parent.kind === "layer") {
    if (part.kind === "norm") place.append(element("div", "row"));
    place = place.lastChild;
  }
  place.append(part.node);
}

// ---------------------------------------------------------------- bringing up to date

function write(view) {
  const { data, parts, sentence } = view;
  view.frame.setAttribute("aria-label", data.labels.picture);
  view.open = new Set(data.boxes.filter(({ open }) => open).map(({ name }) => name));
  for (const box of data.boxes) {
    const part = parts.get(box.name);
    const [title, note] = part.face.firstChild.children;
    title.textContent = box.title;
    note.textContent = box.text ?? box.note;
    note.classList.toggle("large", "text" in box);
    part.face.lastChild.textContent = box.mark;
    part.face.setAttribute("aria-label", box.said);
    part.node.classList.toggle("open", box.open);
    if (part.inside) {
      part.inside.inert = !box.open;
      part.face.setAttribute("aria-expanded", box.open);
    }
    paint(part.face.querySelector("canvas"), box, view.root);
  }
  parts.get("read").node.inert = !view.open.has("model");
  if (sentence.textContent !== said(view)) sentence.textContent = said(view);
}

const said = ({ data, pointed }) =>
  data.boxes.find(({ name }) => name === pointed)?.said ?? data.labels.idle;

function paint(canvas, { places, rows, columns, scale }, root) {
  canvas.hidden = !places;
  if (!places) return;
  const table = matrixColours(scale, matrixIsDark(root));
  const bytes = Uint8Array.from(atob(places), (letter) => letter.charCodeAt(0));
  [canvas.width, canvas.height] = [columns, rows];
  const image = new ImageData(columns, rows);
  bytes.forEach((place, i) => image.data.set(table.subarray(4 * place, 4 * place + 4), 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// ---------------------------------------------------------------- lines

/** While boxes move, the lines move with them. */
function moveLines(view) {
  const running = performance.now() < view.until;
  view.until = performance.now() + MOVING_MS;
  const step = () => {
    drawLines(view);
    view.root.classList.add("moving"); // from the first picture on, changes are shown as movements
    if (performance.now() < view.until && view.root.isConnected) requestAnimationFrame(step);
  };
  if (!running) requestAnimationFrame(step);
}

function drawLines(view) {
  const paths = linesOf(view).flatMap(([name, ...points]) => {
    const heads = name.includes("plain") ? [] : [svgPath(`head ${name}`, headOf(points))];
    return [svgPath(name, rounded(points)), ...heads];
  });
  view.svg.replaceChildren(...paths);
}

function svgPath(className, d) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
  made.setAttribute("class", className);
  made.setAttribute("d", d);
  return made;
}

/** Every line as its class and its corners. */
function linesOf(view) {
  const at = placesIn(view);
  if (!view.open.has("model")) {
    const [model, source, target] = ["model", "source", "target"].map(at);
    return [
      ["french", [source.middle, source.top], [source.middle, model.bottom]],
      ["english", [target.middle, model.top], [target.middle, target.bottom]],
    ];
  }
  return [
    ...SIDES.flatMap((one) => sideLines(view, at, one)),
    ...memoryLines(view, at),
    ...outputLines(view, at),
  ];
}

/** Where a box is, in pixels from the stage's corner. */
function placesIn({ stage, parts }) {
  const origin = stage.getBoundingClientRect();
  return (name) => {
    const box = parts.get(name).node.getBoundingClientRect();
    const [left, right] = [box.left - origin.left, box.right - origin.left];
    const [top, bottom] = [box.top - origin.top, box.bottom - origin.top];
    const [middle, half] = [(left + right) / 2, (top + bottom) / 2];
    return { left, right, top, bottom, middle, half };
  };
}

const within = (view, name) => view.data.boxes.filter(({ parent }) => parent === name);

const streamOf = (at, side) =>
  side === "encoder" ? at(side).left + STREAM : at(side).right - STREAM;

function sideLines(view, at, { side, card, flow }) {
  const x = streamOf(at, side);
  const inner = view.open.has(side) ? within(view, side) : [{ name: side }];
  const chain = [card, ...inner.map(({ name }) => name)];
  const between = chain.slice(1).map((name, i) => {
    return [flow, [x, at(chain[i]).top], [x, at(name).bottom]];
  });
  const opened = inner.filter(({ name }) => name !== side && view.open.has(name));
  return [...between, ...opened.flatMap(({ name }) => layerLines(view, at, name, x, flow))];
}

/** The stream, and on each sub-layer's way: norm, sub-layer, sum. */
function layerLines(view, at, layer, x, flow) {
  const names = within(view, layer).map(({ name }) => name);
  const lines = [[`${flow} plain`, [x, at(layer).bottom], [x, at(layer).top]]];
  for (let i = 0; i < names.length; i += 3) {
    const [norm, part, sum] = names.slice(i, i + 3).map(at);
    const right = part.left > norm.left; // the decoder is the mirror image of the encoder
    const [near, far] = right ? ["left", "right"] : ["right", "left"];
    lines.push(
      [flow, [x, norm.half], [norm[near], norm.half]],
      [flow, [norm[far], norm.half], [part[near], norm.half]],
      [flow, [part.middle, part.top], [part.middle, sum.half], [sum[far], sum.half]],
    );
  }
  return lines;
}

/** From the encoder into the memory, and from there to whatever looks at it. */
function memoryLines(view, at) {
  const memory = at("memory");
  const inner = view.open.has("encoder") ? within(view, "encoder").at(-1).name : "encoder";
  const y = inner === "encoder" ? memory.half : at(inner).half;
  const bend = (at("encoder").right + memory.left) / 2;
  const into = ["memory", [at(inner).right, y], [bend, y], [bend, memory.half], [memory.left, memory.half]];
  if (!view.open.has("decoder"))
    return [into, ["memory", [memory.right, memory.half], [at("decoder").left, memory.half]]];
  const layers = within(view, "decoder").filter(({ kind }) => kind === "layer");
  const looking = layers.map(({ name }) => {
    const parts = view.open.has(name) ? within(view, name) : [];
    return at(parts.find(({ kind }) => kind === "cross_attention")?.name ?? name);
  });
  const out = looking.map(({ left, half }) => [
    "memory", [memory.middle, memory.bottom], [memory.middle, half], [left, half],
  ]);
  return [into, ...out];
}

/** What is written, and the way back: it is read at the next step. */
function outputLines(view, at) {
  const [x, target, read] = [streamOf(at, "decoder"), at("target"), at("read")];
  const last = view.open.has("decoder") ? within(view, "decoder").at(-1).name : "decoder";
  const edge = target.right + 22;
  return [
    ["english", [x, at(last).top], [x, target.bottom]],
    ["written", [target.right, target.half], [edge, target.half], [edge, read.half], [read.right, read.half]],
  ];
}

function rounded(points) {
  const steps = points.map((point, i) => {
    if (i === 0) return `M ${point.join(" ")}`;
    const next = points[i + 1];
    if (!next) return `L ${point.join(" ")}`;
    const [before, after] = [towards(point, points[i - 1]), towards(point, next)];
    return `L ${before.join(" ")} Q ${point.join(" ")} ${after.join(" ")}`;
  });
  return steps.join(" ");
}

/** The point CORNER pixels from one on the way to the other, or half way where that is nearer. */
function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const share = Math.min(CORNER, length / 2) / length;
  return [x + share * (toX - x), y + share * (toY - y)];
}

function headOf(points) {
  const [[fromX, fromY], [x, y]] = points.slice(-2);
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const [dx, dy] = [(x - fromX) / length, (y - fromY) / length];
  const back = [x - 9 * dx, y - 9 * dy];
  return `M ${x} ${y} L ${back[0] - 5 * dy} ${back[1] + 5 * dx} L ${back[0] + 5 * dy} ${back[1] - 5 * dx} Z`;
}

// ---------------------------------------------------------------- pointing, tapping, keys

const nameOf = (node) => node?.closest?.("button.face")?.name ?? null;

function listen(view) {
  const point = (name) => {
    view.pointed = name;
    if (view.sentence.textContent !== said(view)) view.sentence.textContent = said(view);
  };
  view.stage.onpointerover = (event) => event.pointerType === "touch" || point(nameOf(event.target));
  view.stage.onpointerleave = () => point(null);
  view.stage.onclick = (event) => nameOf(event.target) && view.send(nameOf(event.target));
  view.stage.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) point(nameOf(event.target));
  });
  view.stage.addEventListener("focusout", () => point(null));
}
