// A beam search from left to right: a column for each step, in it the likelier the higher. A click
// picks a node; the arrow keys walk to its parent, its likeliest child and its neighbours.
// Streamlit calls the default export again at every change of data or theme: it draws anew, and
// keeps the focus and where the reader had scrolled to.
// Pieces come from people: they are written with textContent and never read as markup.

const ROW = 62; // pixels from one row to the next
const HEAD = 34; // above the first row: the numbers of the steps
const BETWEEN = 34; // between two columns: room for the links
const SVG = "http://www.w3.org/2000/svg";

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".beam-tree");
  const view = { root, data, tree: root.querySelector(".tree"), byPlace: new Map() };
  view.sentence = root.querySelector(".sentence");
  view.pick = (place) => setTriggerValue("picked", place);
  const focused = root.getRootNode().activeElement?.place;
  build(view);
  view.tree.setAttribute("aria-label", data.labels.tree);
  view.tree.onclick = (event) => withNode(view, event, (node) => view.pick(node.place));
  view.tree.onkeydown = (event) => withNode(view, event, (node) => onKey(view, node, event));
  view.tree.onpointerover = (event) => withNode(view, event, (node) => say(view, node));
  view.tree.onpointerleave = () => say(view, view.byPlace.get(data.picked));
  say(view, view.byPlace.get(data.picked));
  if (focused !== undefined) view.byPlace.get(focused)?.button.focus();
}

// ---------------------------------------------------------------- drawing

function build(view) {
  const { data, tree } = view;
  const onPath = new Set(data.path);
  view.nodes = data.nodes.map((node) => ({ ...node, final: onPath.has(node.place) }));
  view.nodes.forEach((node) => view.byPlace.set(node.place, node));
  const steps = Math.max(...view.nodes.map((node) => node.step)) + 1;
  const heads = Array.from({ length: steps }, (_, step) => stepName(view, step));
  view.nodes.forEach((node) => (node.button = nodeButton(view, node)));
  const start = element("span", "start", "<s>");
  const svg = tree.querySelector("svg");
  tree.replaceChildren(svg, start, ...heads, ...view.nodes.map((node) => node.button));
  let left = BETWEEN + start.offsetWidth;
  for (let step = 0; step < steps; step++) {
    const column = view.nodes.filter((node) => node.step === step);
    const width = Math.max(...column.map((node) => node.button.offsetWidth));
    for (const node of column) place(node, left, width);
    heads[step].style.left = `${left}px`;
    left += width + BETWEEN;
  }
  const height = HEAD + ROW * (1 + Math.max(...view.nodes.map((node) => node.row)));
  tree.style.width = `${left}px`;
  tree.style.height = `${height}px`;
  start.style.top = `${HEAD}px`;
  svg.setAttribute("viewBox", `0 0 ${left} ${height}`);
  const links = [...view.nodes].sort((a, b) => weight(a) - weight(b));
  svg.replaceChildren(...links.map((node) => link(view, node, start.offsetWidth)));
}

/** What is drawn last lies on top. */
const weight = (node) => (node.final ? 2 : node.state === "dropped" ? 0 : 1);

function stepName({ data }, step) {
  return element("span", "heading", data.labels.step.replace("{number}", step + 1));
}

function nodeButton(view, node) {
  const { data } = view;
  const button = element("button", `node ${node.state}`);
  button.type = "button";
  button.place = node.place;
  button.tabIndex = node.place === data.picked ? 0 : -1; // one tab stop; arrow keys move inside
  button.onfocus = () => say(view, node);
  button.classList.toggle("final", node.final);
  button.setAttribute("aria-pressed", node.place === data.picked);
  const piece = element("span", "piece", node.piece);
  piece.dir = "auto";
  button.append(piece, element("span", "number", node.total));
  return button;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function place(node, left, width) {
  Object.assign(node, { left, right: left + width, top: HEAD + ROW * node.row });
  Object.assign(node.button.style, {
    left: `${left}px`,
    top: `${node.top}px`,
    width: `${width}px`,
  });
}

function link({ byPlace }, node, start) {
  const parent = byPlace.get(node.parent) ?? { right: start, top: HEAD };
  const middle = node.button.offsetHeight / 2;
  const half = (parent.right + node.left) / 2;
  const [from, to] = [parent.top + middle, node.top + middle];
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M ${parent.right} ${from} C ${half} ${from}, ${half} ${to}, ${node.left} ${to}`);
  path.setAttribute("class", node.final ? "final" : node.state);
  return path;
}

// ---------------------------------------------------------------- saying

function say({ data, sentence }, node) {
  const values = {
    text: node.text,
    step: node.step + 1,
    rank: node.rank,
    total: node.total,
    score: node.score,
    state: data.labels[node.final && node.state === "finished" ? "final" : node.state],
  };
  const parts = data.labels.sentence.split(/\{(\w+)\}/).map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part);
    const value = document.createElement("bdi"); // right-to-left words stay in their place
    value.className = part;
    value.textContent = values[part] ?? "";
    return value;
  });
  sentence.replaceChildren(...parts);
}

// ---------------------------------------------------------------- pointing and keys

function withNode(view, event, act) {
  const place = event.target.closest?.("button")?.place;
  if (view.byPlace.has(place)) act(view.byPlace.get(place));
}

function onKey(view, node, event) {
  const next = neighbour(view, node, event.key);
  if (!next) return;
  node.button.tabIndex = -1;
  next.button.tabIndex = 0;
  next.button.focus();
  event.preventDefault();
}

function neighbour({ nodes, byPlace }, node, key) {
  const beside = (by) => nodes.find((n) => n.step === node.step && n.row === node.row + by);
  if (key === "ArrowLeft") return byPlace.get(node.parent);
  if (key === "ArrowRight") return nodes.find((n) => n.parent === node.place);
  if (key === "ArrowUp") return beside(-1);
  if (key === "ArrowDown") return beside(1);
  return null;
}
