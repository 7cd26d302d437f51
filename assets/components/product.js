// Matrix products that answer to the pointer. A product is laid out as one does by hand: left
// factor, top factor, and the result where a row of the one and a column of the other meet.
// Matrices are drawn by matrix.js, which stands before this; product.py says what the data is.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated. Words come from people: they are written with textContent, never as markup.

const SHOWN_TERMS = 5; // of a long sum: the largest; the others are added up
const SHORT_SUM = 6; // terms: all of them are shown
const GAP = 12; // pixels between the matrices of a product,
const EDGE = 10; // and around all, where outlines hang over
const WIDEST = { named: 120, numbered: 34, left: 20 }; // pixels a cell
const NARROWEST = 12; // pixels of a cell one can still hit; below, the figure scrolls instead
const LEAST_LEFT = 96; // pixels of a whole left factor
const NUMBERS_FROM = { weights: 28, signed: 34, many: 44 }; // pixels a cell: else only tiny print
const SMALL_SCREEN = 560; // pixels
const TOP_HEIGHT = { least: 224, most: 256 }; // pixels of a top factor without names

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".products");
  const view = (root.view ??= createView(root));
  view.send = (places) => setTriggerValue("chosen", places);
  takeData(view, data);
  drawAll(view);
  view.resize.observe(root);
  return () => {
    if (root.isConnected) return; // an outdated run is cleaned up while a newer one is drawn
    view.resize.disconnect();
    view.steps.forEach(stopStep);
  };
}

function createView(root) {
  const view = { root, steps: [], selected: {}, pointed: null, sent: [], drawn: "" };
  view.resize = new ResizeObserver(() => root.clientWidth !== view.width && drawAll(view));
  return view;
}

// ---------------------------------------------------------------- data

function takeData(view, data) {
  const before = view.data?.matrices ?? {};
  const names = Object.keys(data.matrices);
  const sameNumbers =
    names.length === Object.keys(before).length &&
    names.every((name) => before[name]?.values === data.matrices[name].values);
  if (!sameNumbers) {
    view.numbers = {};
    for (const [name, { values, hidden }] of Object.entries(data.matrices)) {
      view.numbers[name] = new Float32Array(bytesOf(values).buffer);
      view.numbers[`${name} hidden`] = hidden ? bytesOf(hidden) : null;
    }
  }
  view.data = data;
  followPython(view, sameNumbers);
  const shape = data.steps.map((step) => step.operation).join();
  if (view.shape !== shape) buildSteps(view, shape);
}

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// What was clicked on the same numbers stays; what Python was told comes back as its answer. While
// a later click is still on its way, the answer to an earlier one must not pull the outline back.
function followPython(view, sameNumbers) {
  const axes = Object.entries(view.data.axes);
  const answered = view.sent.indexOf(String(choices(view, (name) => view.data.axes[name].chosen)));
  view.sent = answered < 0 ? [] : view.sent.slice(answered + 1);
  for (const [name, { choice, chosen, count }] of axes) {
    const kept = sameNumbers && (choice === "" || view.sent.length > 0);
    if (!kept || !(view.selected[name] < count)) view.selected[name] = chosen;
  }
}

function choices({ data }, placeOf) {
  const named = Object.entries(data.axes).filter(([, axis]) => axis.choice);
  return named.map(([name, axis]) => [axis.choice, placeOf(name)]);
}

// ---------------------------------------------------------------- building

function node(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

function buildSteps(view, shape) {
  view.shape = shape;
  view.steps.forEach(stopStep);
  view.steps = view.data.steps.map(({ operation }) => buildStep(view, operation));
  view.root.replaceChildren(...view.steps.map((step) => step.section));
  document.fonts?.ready.then(() => drawAll(view)); // as every matrix does, but after all of them
}

function buildStep(view, operation) {
  const step = { operation, title: node("h3", "title"), said: node("p", "said") };
  const names = operation === "product" ? ["left", "top", "result"] : ["result"];
  step.matrices = {};
  for (const name of names) {
    const holder = node("div", `holder ${name}`);
    const matrix = (step.matrices[name] = createMatrix(holder));
    matrix.holder = holder;
    matrix.onpoint = (cell) => point(view, step, name, cell);
    matrix.onpick = ([row, column]) => pick(view, step, name, row, column);
  }
  step.equation = node("p", "equation");
  step.heading = node("p", "heading");
  step.sum = node("p", "sum");
  step.sum.setAttribute("aria-live", "polite");
  step.proof = node("p", "proof");
  const holders = names.map((name) => step.matrices[name].holder);
  step.figure = node("div", `figure ${operation}`, step.equation, ...holders, step.heading);
  step.scroll = node("div", "scroll", step.figure);
  const parts = [step.title, step.said, step.scroll, step.sum, step.proof];
  step.section = node("section", `step ${operation}`, ...parts);
  return step;
}

function stopStep(step) {
  Object.values(step.matrices).forEach((matrix) => matrix.stop());
}

// ---------------------------------------------------------------- drawing

function drawAll(view) {
  view.width = view.root.clientWidth;
  if (!view.width) return; // not on the page yet: the observer calls again
  view.drawing = true;
  view.data.steps.forEach((told, i) => {
    const step = Object.assign(view.steps[i], { told });
    step.title.textContent = told.title;
    step.said.textContent = told.said;
    step.equation.replaceChildren(...equationOf(view, told));
    step.proof.textContent = told.proof[0];
    step.proof.classList.toggle("wrong", !told.proof[1]);
    if (told.operation === "product") layOutProduct(view, step);
    else layOutSingle(view, step);
  });
  view.drawing = false;
  light(view);
}

/** The equation, its letters in the colours of their matrices. */
function equationOf({ data }, { equation, parts }) {
  return equation.split(/([ \n])/).map((word) => {
    const matrix = parts.map((part) => data.matrices[part]).find(({ letter }) => letter === word);
    const made = node("span", matrix ? "letter" : "", word);
    if (matrix) Object.assign(made.dataset, { role: matrix.role, scale: matrix.scale });
    return made;
  });
}

/** The parts of a step by place: the matrix's data, its numbers, the axes of its rows and columns. */
function partOf(view, step, place) {
  const { parts, axes, operation } = step.told;
  const inner = operation === "product";
  const index = inner ? { left: 0, top: 1, result: 2 }[place] : { source: 0, result: 1 }[place];
  const [rows, columns] = inner
    ? [
        [axes[0], axes[1]],
        [axes[1], axes[2]],
        [axes[0], axes[2]],
      ][index]
    : axes;
  const name = parts[index];
  const values = view.numbers[name];
  return { ...view.data.matrices[name], values, hidden: view.numbers[`${name} hidden`], rows, columns };
}

function update(view, step, place, cell, width = cell[0]) {
  const { axes } = view.data;
  const part = partOf(view, step, place);
  const [rows, columns] = [axes[part.rows], axes[part.columns]];
  const single = step.told.operation !== "product";
  const named = single || place !== "result";
  const crowded = part.scale === "signed" && columns.count > MATRIX_MANY;
  // The columns of the left factor name the rows of the top one too.
  const beside = named && (place !== "top" || view.width > SMALL_SCREEN);
  step.matrices[place].update({
    values: part.hidden ? part.values.map((v, i) => (part.hidden[i] ? NaN : v)) : part.values,
    rows: rows.count,
    columns: columns.count,
    scale: part.scale,
    rowLabels: beside && rows.labels.length ? rows.labels : undefined,
    columnLabels: named && columns.labels.length ? columns.labels : undefined,
    columnTitle: named ? part.heading : undefined,
    rowRole: part.role,
    columnRole: part.role,
    digits: width >= NUMBERS_FROM[crowded ? "many" : part.scale] ? 2 : undefined,
    cell,
    label: part.heading,
    describe: (row, column, value) =>
      `${nameOf(view, part, row, column)} = ${number(part.values[row * columns.count + column], 4)}`,
  });
  step.matrices[place].holder.dataset.scale = part.scale;
  hatch(step.matrices[place], part, rows.count, columns.count);
  return step.matrices[place];
}

/** Cells that the mask hides, placed in percent so that they follow every redrawing. */
function hatch(matrix, { hidden }, rows, columns) {
  matrix.body.querySelectorAll(".hidden").forEach((old) => old.remove());
  hidden?.forEach((on, i) => {
    if (!on) return;
    const cell = node("div", "hidden");
    cell.style.left = `${(100 * (i % columns)) / columns}%`;
    cell.style.top = `${(100 * Math.floor(i / columns)) / rows}%`;
    cell.style.width = `${100 / columns}%`;
    cell.style.height = `${100 / rows}%`;
    matrix.body.append(cell);
  });
}

function layOutSingle(view, step) {
  const part = partOf(view, step, "result");
  const columns = view.data.axes[part.columns].count;
  step.section.style.flexBasis = `${Math.max(320, 120 + 20 * columns)}px`;
  const room = step.scroll.clientWidth - EDGE;
  const width = Math.max(room, 90 + NARROWEST * columns);
  step.matrices.result.holder.style.width = `${width}px`;
  update(view, step, "result", undefined, (width - 90) / columns); // as large as fits
}

// The first drawing tells how much room the names take; the second fits the cells into the rest.
function layOutProduct(view, step) {
  const { left, top, result } = step.matrices;
  const [rows, inner, columns] = step.told.axes.map((name) => view.data.axes[name]);
  const room = step.scroll.clientWidth - EDGE;
  for (const { holder } of [left, top]) holder.style = `width: ${room}px`;
  update(view, step, "left", [Math.min(60, (0.45 * room) / inner.count), 20]);
  update(view, step, "top", [Math.min(60, (0.5 * room) / columns.count), 7]);
  const rest = room - besideOf(left) - hangingOf(left) - besideOf(top) - GAP - hangingOf(top);
  const height = rowHeight(rows);
  const narrow = leftWidth(rest, inner, columns);
  left.holder.style.width = `${besideOf(left) + narrow * inner.count + hangingOf(left)}px`;
  update(view, step, "left", [narrow, height]);
  const width = resultWidth(rest - left.cell[0] * inner.count, columns);
  result.holder.style.width = `${width * columns.count}px`;
  update(view, step, "result", [width, height]);
  update(view, step, "top", [width, topHeight(inner, height)]);
  top.holder.style.width = `${besideOf(top) + width * columns.count + hangingOf(top)}px`;
  top.holder.style.marginLeft = `${-besideOf(top)}px`; // its cells stand over those of the result,
  left.holder.style.marginTop = `${-aboveOf(left)}px`; // and those of the left factor beside them
  update(view, step, "top", [width, topHeight(inner, height)]);
  if (!inner.labels.length) squeeze(top, inner.count);
  const style = step.figure.style;
  const between = left.body.offsetWidth + hangingOf(left) + besideOf(top);
  style.setProperty("--left", `${besideOf(left) + between}px`);
  style.setProperty("--above-left", `${aboveOf(left)}px`);
  style.setProperty("--beside-top", `${besideOf(top)}px`);
  writeHeading(view, step);
}

const besideOf = ({ body, root }) => body.getBoundingClientRect().left - root.getBoundingClientRect().left;
const aboveOf = ({ body, root }) => body.getBoundingClientRect().top - root.getBoundingClientRect().top;
const hangingOf = ({ columnLabels }) => parseFloat(columnLabels.style.marginRight) || 0;

const leastOf = ({ labels }) => (labels.length ? NARROWEST : 3);
const wholeDots = (size) => {
  const dots = window.devicePixelRatio || 1;
  return size > 1 ? Math.floor(size * dots) / dots : size;
};

/** The width of a cell of the left factor: it leaves at least half of the room to the result. */
function leftWidth(room, inner, columns) {
  const widest = inner.labels.length ? WIDEST.named : WIDEST.left;
  const fitting = Math.min(0.45 * room, room - leastOf(columns) * columns.count);
  return wholeDots(Math.min(widest, Math.max(LEAST_LEFT, fitting) / inner.count));
}

function resultWidth(room, columns) {
  const widest = columns.labels.length ? WIDEST.named : WIDEST.numbered;
  return wholeDots(Math.max(leastOf(columns), Math.min(widest, room / columns.count)));
}

function rowHeight({ count }) {
  const least = count > MATRIX_MANY ? 18 : 25;
  return Math.round(Math.min(56, Math.max(least, 260 / count)));
}

function topHeight({ labels, count }, height) {
  return labels.length ? Math.min(height, 440 / count) : TOP_HEIGHT.least / count;
}

/** Hundreds of rows, of a dot each, would be taller than a screen: two of them share a dot. */
function squeeze({ body, canvas, cell }, rows) {
  if (rows * cell[1] <= 1.2 * TOP_HEIGHT.most) return;
  cell[1] = TOP_HEIGHT.most / rows;
  canvas.style.height = body.style.height = `${TOP_HEIGHT.most}px`;
  canvas.style.imageRendering = "auto"; // dropping every other row would be wrong
}

function writeHeading(view, step) {
  const part = partOf(view, step, "result");
  step.heading.textContent = part.heading;
  step.heading.dataset.role = part.role;
}

// ---------------------------------------------------------------- pointing and choosing

function point(view, step, place, cell) {
  if (view.drawing) return; // a matrix says so while it is drawn anew
  const { rows, columns } = partOf(view, step, place);
  view.pointed = cell && { [rows]: cell.row, [columns]: cell.column };
  light(view);
}

function pick(view, step, place, row, column) {
  const { rows, columns } = partOf(view, step, place);
  Object.assign(view.selected, { [rows]: row, [columns]: column });
  light(view);
  const axes = view.data.axes;
  if (!axes[rows].choice && !axes[columns].choice) return;
  const places = choices(view, (name) => view.selected[name]);
  view.sent.push(String(places));
  view.send(Object.fromEntries(places));
}

/** In every step: the number at the lit row and column, and all that it was made of. */
function light(view) {
  const at = { ...view.selected, ...view.pointed };
  for (const step of view.steps) {
    const { result, left, top } = step.matrices;
    const part = partOf(view, step, "result");
    const [row, column] = [at[part.rows], at[part.columns]];
    if (step.told.operation === "softmax") result.highlight({ row, cell: [row, column] });
    else result.highlight({ cell: [row, column] });
    left?.highlight({ row });
    top?.highlight({ column });
    const operation = { product: spellProduct, divide: spellDivision, softmax: spellSoftmax };
    step.sum.replaceChildren(...operation[step.told.operation](view, step, part, row, column));
  }
}

// ---------------------------------------------------------------- spelling out

const number = (value, digits) => value.toFixed(digits).replace("-", "−");
const small = (value) => (value !== 0 && Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(3));
const inBrackets = (text) => (text.startsWith("−") ? `(${text})` : text);
const factor = (value) => inBrackets(small(value).replaceAll("-", "−"));
const placeName = ({ labels }, place) => labels[place] ?? String(place + 1);

function nameOf({ data }, part, row, column) {
  const [rows, columns] = [data.axes[part.rows], data.axes[part.columns]];
  return `${part.letter}[${placeName(rows, row)}, ${placeName(columns, column)}]`;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function spellProduct(view, step, part, row, column) {
  const [left, top] = [partOf(view, step, "left"), partOf(view, step, "top")];
  const inner = view.data.axes[left.columns];
  const columns = view.data.axes[part.columns].count;
  const terms = Array.from({ length: inner.count }, (_, i) => {
    const [a, b] = [left.values[row * inner.count + i], top.values[i * columns + column]];
    return { i, a, b, product: a * b };
  });
  const total = terms.reduce((sum, term) => sum + term.product, 0);
  const largest = [...terms].sort((one, other) => Math.abs(other.product) - Math.abs(one.product));
  const all = terms.length <= SHORT_SUM;
  const shown = all ? terms : largest.slice(0, SHOWN_TERMS).filter(({ product }) => product !== 0);
  tick(step, all || inner.labels.length ? [] : shown, row, column);
  const written = shown.flatMap(({ i, a, b }, at) => [
    at ? " + " : "",
    node("span", "term", `${factor(a)}·${factor(b)}`, node("small", "", placeName(inner, i))),
  ]);
  const rest = total - shown.reduce((sum, term) => sum + term.product, 0);
  const { more } = view.data.labels;
  const told = { count: terms.length, shown: shown.length, rest: number(rest, 4) };
  const others = all ? [] : [" + … ", node("span", "note", `(${fill(more, told)})`)];
  return [name(view, part, row, column), " = ", ...written, ...others, ...outcome(view, part, row, column, total)];
}

function spellDivision(view, step, part, row, column) {
  const columns = view.data.axes[part.columns].count;
  const source = partOf(view, step, "source").values[row * columns + column];
  const { divisor } = step.told;
  const written = ` = ${number(source, 4)} / ${number(divisor, 4)}`;
  const total = source / divisor;
  const masked = part.hidden?.[row * columns + column];
  const note = masked ? [" ", node("span", "note", `(${view.data.labels.masked})`)] : [];
  return [name(view, part, row, column), written, ...outcome(view, part, row, column, total), ...note];
}

function spellSoftmax(view, step, part, row, column) {
  const source = partOf(view, step, "source");
  const columns = view.data.axes[part.columns].count;
  const { labels } = view.data;
  const scores = Array.from(source.values.subarray(row * columns, (row + 1) * columns));
  const seen = scores.filter((_, i) => !part.hidden?.[row * columns + i]);
  const largest = Math.max(...seen);
  const total = seen.reduce((sum, score) => sum + Math.exp(score - largest), 0);
  const masked = part.hidden?.[row * columns + column];
  const exponential = masked ? 0 : Math.exp(scores[column] - largest);
  const power = masked ? "−∞" : `${number(scores[column], 4)} − ${inBrackets(number(largest, 4))}`;
  const first = ["e", node("sup", "", power), ` = ${number(exponential, 4)} `];
  const note = masked ? labels.masked : fill(labels.shift, { largest: number(largest, 4) });
  const parts = seen.map((score) => number(Math.exp(score - largest), 4)).join(" + ");
  const sum = seen.length <= SHORT_SUM ? `${parts} = ${number(total, 4)}` : number(total, 4);
  const row2 = fill(labels.total, { total: sum });
  const divided = ` = ${number(exponential, 4)} / ${number(total, 4)}`;
  return [
    node("span", "line", ...first, node("span", "note", `(${note})`)),
    node("span", "line note", row2),
    node("span", "line", name(view, part, row, column), divided, ...outcome(view, part, row, column, exponential / total)),
  ];
}

function name(view, part, row, column) {
  const made = node("b", "name", nameOf(view, part, row, column));
  made.dataset.role = part.role;
  return made;
}

/** The number computed here beside the model's own. */
function outcome(view, part, row, column, recomputed) {
  const model = part.values[row * view.data.axes[part.columns].count + column];
  const agrees = Math.abs(recomputed - model) <= view.data.tolerance * Math.max(1, Math.abs(model));
  const own = fill(view.data.labels.model, { value: number(model, 6) });
  const proof = node("span", agrees ? "own" : "own wrong", `${own} ${agrees ? "✓" : "✗"}`);
  return [" = ", node("b", "recomputed", number(recomputed, 6)), " ", proof];
}

/** Short strokes across the lit row and column where the terms that are written out come from. */
function tick({ matrices: { left, top } }, terms, row, column) {
  for (const old of [left, top]) old.body.querySelectorAll(".tick").forEach((one) => one.remove());
  for (const { i } of terms) {
    const [across, down] = [node("div", "tick across"), node("div", "tick down")];
    const [width, height] = [left.cell, top.cell];
    across.style.left = `${(i + 0.5) * width[0]}px`;
    across.style.top = `${row * width[1]}px`;
    across.style.height = `${width[1]}px`;
    down.style.top = `${(i + 0.5) * height[1]}px`;
    down.style.left = `${column * height[0]}px`;
    down.style.width = `${height[0]}px`;
    left.body.append(across);
    top.body.append(down);
  }
}
