// The overview of one kind of attention: a small picture for every head of every layer.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated: elements are built once, kept on the root element, and only brought up to date.

const KEYBOARD_PAUSE_MS = 200; // one message to Python after a burst of arrow keys, not one a key

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".head-grid");
  const view = (root.view ??= createView(root));
  view.send = (cell) => setTriggerValue("chosen", cell);
  view.labels = data.labels;
  if (view.layers !== data.layers || view.heads !== data.heads) buildGrid(view, data);
  setShape(view, data);
  writeLabels(view);
  paint(view, data);
  followPython(view, data.selected);
}

function createView(root) {
  const view = { root, tip: element("div", "tip"), cells: [], sent: [], selected: [0, 0] };
  view.tip.setAttribute("aria-hidden", "true"); // the cell carries the same words as its own name
  root.onclick = (event) => withCell(event, (cell) => choose(view, cell, 0));
  root.onkeydown = (event) => onKey(view, event);
  root.onpointerover = (event) => showTip(view, cellOf(event));
  root.onpointerleave = () => showTip(view, null);
  root.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) showTip(view, cellOf(event));
  });
  root.addEventListener("focusout", () => showTip(view, null));
  return view;
}

// ---------------------------------------------------------------- building

function element(name, className = "", role = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (role) made.setAttribute("role", role);
  return made;
}

function buildGrid(view, { layers, heads }) {
  const hadFocus = view.root.contains(view.root.getRootNode().activeElement);
  const grid = element("div", "grid", "grid");
  const top = element("div", "row", "row");
  view.columnHeadings = Array.from({ length: heads }, () => heading("columnheader"));
  top.append(element("span", "corner"), ...view.columnHeadings);
  grid.append(top);

  view.rowHeadings = [];
  view.cells = [];
  for (let layer = 0; layer < layers; layer++) {
    const row = element("div", "row", "row");
    const cells = Array.from({ length: heads }, (_, head) => gridCell(layer, head));
    view.rowHeadings.push(heading("rowheader"));
    view.cells.push(cells);
    row.append(view.rowHeadings[layer], ...cells);
    grid.append(row);
  }
  Object.assign(view, { grid, layers, heads, hadFocus, drawn: null });
  view.root.replaceChildren(grid, view.tip);
}

function heading(role) {
  const made = element("div", `heading ${role}`, role);
  made.append(element("span", "long"), element("span", "short"));
  return made;
}

function gridCell(layer, head) {
  const cell = element("div", "cell", "gridcell");
  cell.place = [layer, head];
  cell.tabIndex = -1;
  cell.append(element("canvas"));
  return cell;
}

// ---------------------------------------------------------------- bringing up to date

function setShape(view, { layers, heads, queries, keys }) {
  const ratio = Math.min(1.8, Math.max(0.6, keys / queries));
  const style = view.root.style;
  style.setProperty("--layers", layers);
  style.setProperty("--heads", heads);
  style.setProperty("--ratio", ratio);
  view.root.classList.toggle("dense", Math.max(queries, keys) > 36);
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function writeLabels({ grid, labels, rowHeadings, columnHeadings, cells }) {
  const write = (headings, template) =>
    headings.forEach((made, i) => {
      made.setAttribute("aria-label", fill(template, { number: i + 1 }));
      made.firstChild.textContent = fill(template, { number: i + 1 });
      made.lastChild.textContent = i + 1;
    });
  write(rowHeadings, labels.layer);
  write(columnHeadings, labels.head);
  grid.setAttribute("aria-label", labels.grid);
  for (const cell of cells.flat()) {
    const [layer, head] = cell.place;
    cell.setAttribute("aria-label", fill(labels.cell, { layer: layer + 1, head: head + 1 }));
  }
}

// A weight becomes the opacity of one purple, so weight 0 is the page itself in either theme.
function paint(view, data) {
  const purple = getComputedStyle(view.grid).getPropertyValue("accent-color");
  const drawn = purple + data.queries + data.weights;
  if (view.drawn === drawn) return;
  view.drawn = drawn;
  const bytes = Uint8Array.from(atob(data.weights), (letter) => letter.charCodeAt(0));
  const size = data.queries * data.keys;
  view.cells.flat().forEach((cell, i) => {
    drawMatrix(cell.firstChild, bytes.subarray(i * size, (i + 1) * size), data, purple);
  });
}

function drawMatrix(canvas, weights, { queries, keys }, colour) {
  canvas.width = keys; // one canvas pixel a weight; the style sheet scales it up without blurring
  canvas.height = queries;
  const context = canvas.getContext("2d");
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  const image = context.createImageData(keys, queries);
  weights.forEach((weight, i) => image.data.set([red, green, blue, weight], 4 * i));
  context.putImageData(image, 0, 0);
}

// ---------------------------------------------------------------- choosing

// Python answers every choice with a new `selected`. While a later click is still on its way, the
// answer to an earlier one must not pull the outline back; anything else Python says is followed.
function followPython(view, selected) {
  const answered = view.sent.indexOf(String(selected));
  view.sent = answered < 0 ? [] : view.sent.slice(answered + 1);
  if (view.sent.length === 0) mark(view, selected);
  if (view.hadFocus) cellAt(view, view.selected).focus({ preventScroll: true });
  view.hadFocus = false;
}

function mark(view, place) {
  view.selected = place;
  for (const cell of view.cells.flat()) {
    const chosen = String(cell.place) === String(place);
    cell.setAttribute("aria-selected", chosen);
    cell.tabIndex = chosen ? 0 : -1; // one tab stop for the grid; arrow keys move inside it
  }
}

function choose(view, cell, pause) {
  mark(view, cell.place); // at once: the round trip to Python comes after
  view.sent.push(String(cell.place));
  clearTimeout(view.timer);
  view.timer = setTimeout(() => view.send(cell.place), pause);
}

function onKey(view, event) {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  withCell(event, (cell) => {
    if (event.key === "Enter" || event.key === " ") choose(view, cell, 0);
    else if (event.key in moves) {
      const place = cell.place.map((at, axis) => at + moves[event.key][axis]);
      const next = cellAt(view, place);
      if (next) {
        choose(view, next, KEYBOARD_PAUSE_MS);
        next.focus();
      }
    } else return;
    event.preventDefault(); // neither scroll the page nor press anything else
  });
}

const cellAt = (view, [layer, head]) => view.cells[layer]?.[head];
const cellOf = (event) => event.target.closest(".cell");

function withCell(event, action) {
  const cell = cellOf(event);
  if (cell) action(cell);
}

function showTip({ root, tip }, cell) {
  tip.classList.toggle("shown", cell !== null);
  if (!cell) return;
  tip.textContent = cell.getAttribute("aria-label");
  const half = tip.offsetWidth / 2;
  const middle = cell.offsetLeft + cell.offsetWidth / 2;
  tip.style.left = `${Math.min(root.clientWidth - half, Math.max(half, middle))}px`;
  tip.style.top = `${cell.offsetTop}px`;
}
