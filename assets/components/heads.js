// All heads of one kind of attention as small pictures, and the chosen one large beside them. Both
// are drawn from the same numbers, which are already here: a click waits for nobody.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated: elements are built once, kept on the root element, and only brought up to date.
// Names of rows and columns come from people: they are written as text and never read as markup.

const KEYBOARD_PAUSE_MS = 200; // one message to Python after a burst of arrow keys, not one a key

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".heads");
  const view = (root.view ??= createView(root, data));
  view.send = (choice) => setTriggerValue("chosen", choice);
  unpack(view, data);
  view.data = data;
  root.classList.toggle("many", data.columns.length > MATRIX_MANY);
  if (view.layers !== data.layers || view.heads !== data.heads) buildGrid(view, data);
  setShape(view);
  writeLabels(view);
  followPython(view);
  paintOverview(view);
  paintLarge(view);
  // Streamlit may clean up after an outdated run while a newer one is on the page: stop only
  // when the page is really gone.
  return () => root.isConnected || view.matrix.stop();
}

function createView(root, data) {
  const grid = root.querySelector(".head-grid");
  const view = { root: grid, tip: element("div", "tip"), cells: [], place: [0, 0], mean: false };
  view.hint = root.querySelector(".hint");
  view.sentence = root.querySelector(".sentence");
  view.matrix = createMatrix(root.querySelector(".picture"));
  view.count = view.answered = data.answered; // choices numbered so far, and the latest answer
  view.tip.setAttribute("aria-hidden", "true"); // the cell carries the same words as its own name
  grid.onclick = (event) => withCell(event, (cell) => choose(view, cell, 0));
  grid.onkeydown = (event) => onKey(view, event);
  grid.onpointerover = (event) => showTip(view, cellOf(event));
  grid.onpointerleave = () => showTip(view, null);
  grid.addEventListener("focusin", (event) => {
    if (event.target.matches(":focus-visible")) showTip(view, cellOf(event));
  });
  grid.addEventListener("focusout", () => showTip(view, null));
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

// ---------------------------------------------------------------- the numbers

/** From base64 to the step of every weight. */
function unpack(view, { weights, steps }) {
  if (view.packed === weights) return;
  view.packed = weights;
  const letters = atob(weights);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  view.numbers = steps > 255 ? new Uint16Array(bytes.buffer) : bytes;
}

/** The steps of one head; those of the mean over the heads of a layer come after the last. */
function stepsOf({ numbers, data }, layer, head) {
  const size = data.rows.length * data.columns.length;
  const begin = (layer * (data.heads + 1) + head) * size;
  return numbers.subarray(begin, begin + size);
}

// ---------------------------------------------------------------- bringing up to date

function setShape({ root, data }) {
  const { layers, heads, rows, columns } = data;
  const ratio = Math.min(1.8, Math.max(0.6, columns.length / rows.length));
  root.style.setProperty("--layers", layers);
  root.style.setProperty("--heads", heads);
  root.style.setProperty("--ratio", ratio);
  root.classList.toggle("dense", Math.max(rows.length, columns.length) > 36);
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function writeLabels({ grid, hint, data, rowHeadings, columnHeadings, cells }) {
  const { labels } = data;
  const write = (headings, template) =>
    headings.forEach((made, i) => {
      made.setAttribute("aria-label", fill(template, { number: i + 1 }));
      made.firstChild.textContent = fill(template, { number: i + 1 });
      made.lastChild.textContent = i + 1;
    });
  write(rowHeadings, labels.layer);
  write(columnHeadings, labels.head);
  hint.textContent = labels.hint;
  grid.setAttribute("aria-label", labels.grid);
  for (const cell of cells.flat()) cell.setAttribute("aria-label", cellName(labels, cell.place));
}

function cellName(labels, [layer, head]) {
  return fill(labels.cell, { layer: layer + 1, head: head + 1 });
}

function paintOverview(view) {
  const { data, root, cells } = view;
  const dark = matrixIsDark(root);
  const drawn = [dark, data.rows.length, data.columns.length, data.weights].join();
  if (view.drawn === drawn) return;
  view.drawn = drawn;
  const colours = new Uint32Array(matrixColours("weights", dark).buffer);
  const scale = 256 / data.steps;
  for (const cell of cells.flat()) {
    const canvas = cell.firstChild;
    canvas.width = data.columns.length; // one canvas pixel a weight; the style sheet enlarges it
    canvas.height = data.rows.length;
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    stepsOf(view, ...cell.place).forEach((step, i) => (pixels[i] = colours[Math.floor(step * scale)]));
    context.putImageData(image, 0, 0);
  }
}

function sentenceOf({ data, mean, place: [layer, head] }) {
  const [row, column, weight] = data.links[layer].at(mean ? -1 : head);
  return fill(mean ? data.labels.mean_sentence : data.labels.sentence, {
    kind: data.labels.kind,
    layer: layer + 1,
    head: head + 1,
    heads: data.heads,
    query: data.rows[row],
    key: data.columns[column],
    weight,
  });
}

function paintLarge(view) {
  const { data, matrix, sentence, mean } = view;
  const { labels, rows, columns } = data;
  const [layer, head] = view.place;
  const steps = stepsOf(view, layer, mean ? data.heads : head);
  const values = Float64Array.from(steps, (step) => (step + 0.5) / data.steps); // middle of a step
  const said = sentenceOf(view);
  const exact = data.steps > 255 ? 4 : 2; // digits that are the model's own
  const withNumbers = columns.length <= MATRIX_MANY;
  matrix.update({
    values,
    rows: rows.length,
    columns: columns.length,
    scale: "weights",
    top: data.stretch ? Math.max(1e-6, values.reduce((a, b) => Math.max(a, b), 0)) : 1,
    rowLabels: rows,
    columnLabels: columns,
    rowTitle: labels.row_title,
    columnTitle: labels.column_title,
    rowRole: "query",
    columnRole: "key",
    digits: withNumbers ? 2 : undefined,
    legend: data.stretch || !withNumbers,
    label: said,
    describe: (row, column, value) => `${rows[row]} → ${columns[column]}: ${value.toFixed(exact)}`,
  });
  if (sentence.textContent !== said) sentence.textContent = said; // else it would be read out again
}

// ---------------------------------------------------------------- choosing

// Python answers every choice with its number and a new `selected`. While a later choice is on its
// way, the answer to an earlier one must not pull the picture back; what Python says of its own
// accord, because a picker was used, is followed.
function followPython(view) {
  const { selected, mean, answered } = view.data;
  const told = String([selected, mean]);
  const ownAccord = answered === view.answered && told !== view.told;
  Object.assign(view, { told, answered });
  const gone = !cellAt(view, view.place); // another model has fewer heads
  if (answered >= view.count || ownAccord || gone) mark(view, selected, mean);
  if (view.hadFocus) cellAt(view, view.place).focus({ preventScroll: true });
  view.hadFocus = false;
}

function mark(view, place, mean) {
  Object.assign(view, { place, mean });
  for (const cell of view.cells.flat()) {
    const chosen = String(cell.place) === String(place);
    cell.setAttribute("aria-selected", chosen);
    cell.tabIndex = chosen ? 0 : -1; // one tab stop for the grid; arrow keys move inside it
    cell.classList.toggle("averaged", mean && cell.place[0] === place[0]);
  }
}

function choose(view, cell, pause) {
  mark(view, cell.place, false); // at once: the round trip to Python comes after
  paintLarge(view);
  view.count += 1;
  const choice = [...cell.place, view.count];
  clearTimeout(view.timer);
  view.timer = setTimeout(() => view.send(choice), pause);
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
