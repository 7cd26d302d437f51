// A matrix of numbers as a picture. Put before a component's own script when it is registered
// (`register(name, html, matrix=True)` in pages/shared/components/base.py), so nothing is exported;
// COLOURS, from transformer/figures/colours.py, comes before it, matrix.css before its style sheet.
//
//   const matrix = createMatrix(container);     once; fills `container`, which gives it its width
//   matrix.update({                             as often as wanted: draws at once, synchronously
//     values,          Float32Array or array of rows * columns numbers, row after row
//     rows, columns,   how many
//     scale,           "weights" (page colour to violet, from 0), "signed" (orange below, teal above
//                      0) or "learned" (grey); what is not finite stays empty
//     top,             the number with the strongest colour; default 1 for weights, else the
//                      largest size of any value
//     rowLabels, columnLabels,   arrays of strings, or none
//     rowTitle, columnTitle,     strings, or none; stand at the left and on top
//     rowRole, columnRole,       "query", "key", "value" or none: colour of title and outlines
//     digits,          decimals written into the cells where there is room; none: no numbers
//     cell,            [width, height] in CSS pixels; none: as large as fits
//     legend,          true: the range of the colours below
//     label,           what the whole shows, for screen readers
//     describe,        (row, column, value) => string: said in the tip and to screen readers
//   });
//   matrix.onpoint = (cell) => {};   pointer or arrow keys at { row, column, value }; null: nowhere
//   matrix.onpick = (cell) => {};    click, tap, Enter or space on a cell
//   matrix.highlight({ row, column, cell: [row, column] });   outlines; what is left out goes away
//   matrix.cellBox(row, column);     { left, top, width, height } in CSS pixels within `container`
//   matrix.body;                     the element under the canvas; its size is whole cells
//   matrix.stop();                   when the component is gone
//
// The canvas carries data-drawn, a number that grows with every picture.

const MATRIX_LETTERS = { few: 17, many: 15, least: 9.5 }; // pixels; `least` inside cells
const MATRIX_MANY = 14; // rows or columns
const MATRIX_TALLEST = 960; // pixels, of all rows together, as long as each has three
const MATRIX_LABEL_EM = 9; // longer labels end in ...; the tip has them whole
const MATRIX_SLANT = Math.SQRT1_2; // sine and cosine of 45 degrees

function createMatrix(container) {
  const matrix = { root: matrixNode("matrix"), onpoint: null, onpick: null, shown: null };
  const parts = ["columnTitle", "columnLabels", "rowTitle", "rowLabels", "body", "legend"];
  for (const name of [...parts, "tip", "spoken"]) matrix[name] = matrixNode(name);
  matrix.canvas = document.createElement("canvas");
  matrix.canvas.dataset.drawn = 0;
  const marks = ["row", "column", "cell", "pointed"].map((name) => [name, matrixNode(`mark ${name}`)]);
  matrix.marks = Object.fromEntries(marks);
  matrix.body.append(matrix.canvas, ...Object.values(matrix.marks));
  matrix.body.tabIndex = 0;
  matrix.body.setAttribute("role", "application"); // arrow keys are ours, not a screen reader's
  matrix.spoken.setAttribute("aria-live", "polite");
  matrix.tip.setAttribute("aria-hidden", "true");
  matrix.root.append(...[...parts, "tip", "spoken"].map((name) => matrix[name]));
  container.replaceChildren(matrix.root);

  matrix.highlight = (wanted) => {
    matrix.wanted = wanted;
    matrixHighlight(matrix);
  };
  matrix.update = (shown) => {
    matrix.shown = shown;
    matrixDraw(matrix);
  };
  matrix.cellBox = (row, column) => matrixCellBox(matrix, row, column);
  const resized = new ResizeObserver(() => {
    if (matrix.shown && matrix.width !== matrix.root.clientWidth) matrixDraw(matrix);
  });
  resized.observe(matrix.root);
  matrix.stop = () => resized.disconnect();
  document.fonts?.ready.then(() => matrix.shown && matrixDraw(matrix));
  matrixListen(matrix);
  return matrix;
}

function matrixNode(className) {
  const made = document.createElement("div");
  made.className = className;
  return made;
}

// ---------------------------------------------------------------- drawing

function matrixDraw(matrix) {
  const { root, shown } = matrix;
  matrix.width = root.clientWidth;
  if (!matrix.width) return; // not on the page yet: the observer calls again
  matrix.context = matrix.canvas.getContext("2d");
  matrix.family = getComputedStyle(root).fontFamily;
  matrix.dark = matrixIsDark(root);
  matrix.range = matrixRange(shown);
  matrix.table = matrixColours(shown.scale, matrix.dark);
  matrix.body.setAttribute("aria-label", shown.label ?? "");
  matrixTitles(matrix);
  matrixLayOut(matrix);
  matrixPaint(matrix);
  matrixNumbers(matrix);
  matrixLegend(matrix);
  matrixHighlight(matrix);
  matrixPoint(matrix, null);
  matrix.canvas.dataset.drawn = Number(matrix.canvas.dataset.drawn) + 1;
}

function matrixRange({ values, scale, top }) {
  if (top === undefined && scale === "weights") top = 1;
  if (top === undefined) {
    top = 0;
    for (const value of values) if (Number.isFinite(value)) top = Math.max(top, Math.abs(value));
  }
  return [scale === "weights" ? 0 : -(top || 1), top || 1];
}

/** Any CSS colour of the theme, which may be "#6a3cc4" or "rgb(106, 60, 196)", as three numbers. */
function matrixColour(text) {
  const context = (matrixColour.context ??= document.createElement("canvas").getContext("2d"));
  context.fillStyle = "#ffffff";
  context.fillStyle = text.trim();
  return [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16));
}

/** 0 to 1, as the eye sees it. */
const matrixLightness = ([red, green, blue]) => (0.3 * red + 0.59 * green + 0.11 * blue) / 255;

function matrixIsDark(element) {
  const page = getComputedStyle(element).getPropertyValue("--st-background-color");
  return matrixLightness(matrixColour(page)) < 0.5;
}

/** 256 colours along a scale, four bytes each. */
function matrixColours(scale, dark) {
  const stops = COLOURS[scale][dark ? "dark" : "light"].map(matrixColour);
  const table = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const from = Math.min(Math.floor(at), stops.length - 2);
    const mixed = stops[from].map((one, c) => one + (at - from) * (stops[from + 1][c] - one));
    table.set([...mixed, 255], 4 * i);
  }
  return table;
}

function matrixTableAt({ table, range: [low, high] }, value) {
  if (!Number.isFinite(value)) return null;
  const i = Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
  return table.subarray(4 * i, 4 * i + 4);
}

/** One pixel a number first, then enlarged without blurring, then thin lines between cells. */
function matrixPaint(matrix) {
  const { canvas, context, pixels, shown } = matrix;
  const { rows, columns, values } = shown;
  const small = document.createElement("canvas");
  [small.width, small.height] = [columns, rows];
  const image = small.getContext("2d").createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const colour = matrixTableAt(matrix, values[i]);
    if (colour) image.data.set(colour, 4 * i);
  }
  small.getContext("2d").putImageData(image, 0, 0);
  [canvas.width, canvas.height] = [columns * pixels[0], rows * pixels[1]];
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  if (Math.min(...pixels) < 8) return;
  for (let row = 1; row < rows; row++) context.clearRect(0, row * pixels[1] - 1, canvas.width, 1);
  for (let column = 1; column < columns; column++)
    context.clearRect(column * pixels[0] - 1, 0, 1, canvas.height);
}

/** As large as all of them fit; none where they would be too small to read or would read 0.00. */
function matrixNumbers(matrix) {
  const { context, pixels, density, shown } = matrix;
  const { values, rows, columns, digits } = shown;
  if (digits === undefined || digits === null || Math.min(...pixels) < 12 * density) return;
  const texts = Array.from(values, (value) => matrixNumber(value, digits));
  context.font = `100px ${matrix.family}`;
  const widest = Math.max(...new Set(texts.map((text) => context.measureText(text).width))) / 100;
  const fitting = Math.min((pixels[0] - 4 * density) / widest, 0.7 * pixels[1]);
  const size = Math.min(MATRIX_LETTERS.few * density, fitting);
  if (size < MATRIX_LETTERS.least * density) return;
  context.font = `${size}px ${matrix.family}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let i = 0; i < rows * columns; i++) {
    if (!texts[i]) continue;
    const ground = matrixTableAt(matrix, values[i]);
    context.fillStyle = matrixLightness(ground) > 0.5 ? COLOURS.ink.light : COLOURS.ink.dark;
    const [row, column] = [Math.floor(i / columns), i % columns];
    context.fillText(texts[i], (column + 0.5) * pixels[0], (row + 0.54) * pixels[1]);
  }
}

function matrixNumber(value, digits) {
  if (!Number.isFinite(value) || Math.abs(value) < 0.5 * 10 ** -digits) return "";
  return value.toFixed(digits).replace("-", "−");
}

// ---------------------------------------------------------------- room for everything

function matrixLayOut(matrix) {
  const { shown, canvas, body, rowLabels, columnLabels } = matrix;
  const { rows, columns } = shown;
  matrix.letters = MATRIX_LETTERS[Math.max(rows, columns) <= MATRIX_MANY ? "few" : "many"];
  matrix.root.style.setProperty("--letters", `${matrix.letters}px`);
  // A bounded canvas, also for hundreds of rows on a phone with three dots a pixel.
  matrix.density = Math.min(window.devicePixelRatio || 1, rows * columns > 64 * 64 ? 2 : 3);
  const names = (labels) => (labels ?? []).map((label) => matrixTextWidth(matrix, label));
  const [rowWidths, columnWidths] = [names(shown.rowLabels), names(shown.columnLabels)];
  const beside = rowWidths.length ? Math.min(Math.max(...rowWidths), 0.34 * matrix.width) + 8 : 0;
  const title = shown.rowTitle ? 1.5 * matrix.letters : 0;
  const { cell, overhang, turn } = matrixCell(matrix, matrix.width - beside - title, columnWidths);
  matrix.pixels = cell.map((side) => Math.max(1, Math.floor(side * matrix.density + 0.01)));
  matrix.cell = matrix.pixels.map((side) => side / matrix.density);
  if (columns * matrix.cell[0] > matrix.width) matrix.cell[0] = cell[0]; // more cells than dots
  canvas.style.width = body.style.width = `${columns * matrix.cell[0]}px`;
  canvas.style.height = body.style.height = `${rows * matrix.cell[1]}px`;
  rowLabels.style.width = `${beside}px`;
  columnLabels.style.marginRight = `${overhang}px`;
  matrixRowLabels(matrix);
  matrixColumnLabels(matrix, columnWidths, turn);
}

/** Width and height of a cell, how column labels are turned and how far they hang over. */
function matrixCell(matrix, across, widths) {
  const { letters, shown } = matrix;
  if (shown.cell) return { cell: shown.cell, ...matrixTurn(matrix, shown.cell[0], widths) };
  const most = shown.digits === undefined ? 64 : 110;
  const fit = (overhang) => Math.min(most, (across - overhang) / shown.columns);
  let turned = matrixTurn(matrix, fit(0), widths);
  // Narrower cells push slanted labels further out: a second look settles it.
  turned = matrixTurn(matrix, fit(turned.overhang), widths);
  const width = fit(turned.overhang);
  const least = shown.rowLabels ? 1.45 * letters : 3;
  const title = matrixTextWidth(matrix, shown.rowTitle ?? "", 600); // upright: as long as all rows
  const wanted = Math.max(
    Math.min(56, Math.max(least, Math.min(0.6 * width, 300 / shown.rows))),
    Math.min(84, (title + letters) / shown.rows),
  );
  const room = Math.max(MATRIX_TALLEST / shown.rows, 3);
  // Where there is no room for every label anyway, cells are not drawn much taller than wide.
  const height = wanted <= room ? wanted : Math.min(room, Math.max(3, 1.5 * width));
  return { cell: [width, height], ...turned };
}

function matrixTurn({ letters, shown }, width, widths) {
  if (Math.max(0, ...widths) + 8 <= width) return { turn: 0, overhang: 0 };
  if (width < 1.7 * letters) return { turn: 90, overhang: 0 };
  const over = widths.map((text, i) => (i + 0.8 - shown.columns) * width + MATRIX_SLANT * text);
  return { turn: 45, overhang: Math.max(0, ...over) };
}

function matrixTextWidth({ context, family, letters }, text, weight = 400) {
  context.font = `${weight} ${letters}px ${family}`;
  const width = Math.ceil(context.measureText(text).width) + 1;
  return weight === 400 ? Math.min(width, MATRIX_LABEL_EM * letters) : width;
}

/** Every n-th where there is no room for all. */
const matrixEvery = ({ letters }, side) => Math.max(1, Math.ceil((1.15 * letters) / side));

function matrixLabel(text) {
  const made = matrixNode("label");
  made.dir = "auto";
  made.textContent = text; // words come from people: never read as markup
  return made;
}

function matrixRowLabels(matrix) {
  const { shown, cell, rowLabels } = matrix;
  const every = matrixEvery(matrix, cell[1]);
  const labels = (shown.rowLabels ?? []).map((text, row) => {
    const made = matrixLabel(text);
    made.style.top = `${(row + 0.5) * cell[1]}px`;
    made.hidden = row % every !== 0;
    return made;
  });
  rowLabels.replaceChildren(...labels);
}

function matrixColumnLabels(matrix, widths, turn) {
  const { shown, cell, letters, columnLabels } = matrix;
  const every = turn === 90 ? matrixEvery(matrix, cell[0]) : 1;
  const longest = Math.max(0, ...widths);
  const height = { 0: 1.5 * letters, 45: MATRIX_SLANT * (longest + 1.3 * letters), 90: longest };
  columnLabels.style.height = widths.length ? `${height[turn] + 6}px` : 0;
  columnLabels.dataset.turn = turn;
  const labels = (shown.columnLabels ?? []).map((text, column) => {
    const made = matrixLabel(text);
    made.style.left = `${(column + 0.5) * cell[0]}px`;
    made.hidden = column % every !== 0;
    return made;
  });
  columnLabels.replaceChildren(...labels);
}

function matrixTitles({ shown, rowTitle, columnTitle, marks }) {
  rowTitle.textContent = shown.rowTitle ?? "";
  columnTitle.textContent = shown.columnTitle ?? "";
  for (const node of [rowTitle, marks.row]) node.dataset.role = shown.rowRole ?? "";
  for (const node of [columnTitle, marks.column]) node.dataset.role = shown.columnRole ?? "";
}

function matrixLegend({ shown, range, table, legend }) {
  legend.hidden = !shown.legend;
  if (!shown.legend) return;
  const stops = [0, 51, 102, 153, 204, 255].map((i) => `rgb(${table.slice(4 * i, 4 * i + 3)})`);
  const strip = matrixNode("strip");
  strip.style.background = `linear-gradient(to right, ${stops})`;
  const [low, high] = range.map((end) => matrixNumber(end, 2) || "0");
  legend.replaceChildren(low, strip, high);
}

// ---------------------------------------------------------------- pointing, keys, outlines

function matrixCellBox(matrix, row, column) {
  const [width, height] = matrix.cell;
  const from = matrix.body.getBoundingClientRect();
  const to = matrix.root.getBoundingClientRect();
  const [left, top] = [from.left - to.left + column * width, from.top - to.top + row * height];
  return { left, top, width, height };
}

function matrixFrame(mark, row, column, rows, columns, [width, height]) {
  const grown = Math.min(width, height) < 14 ? 3 : 0; // around small cells rather than over them
  const place = {
    left: column * width - grown,
    top: row * height - grown,
    width: columns * width + 2 * grown,
    height: rows * height + 2 * grown,
  };
  for (const [side, length] of Object.entries(place)) mark.style[side] = `${length}px`;
  mark.classList.add("on");
}

function matrixHighlight({ wanted = {}, marks, shown, cell }) {
  for (const name of ["row", "column", "cell"]) marks[name].classList.remove("on");
  if (!shown || !cell) return;
  const { row, column, cell: one } = wanted;
  if (row >= 0 && row < shown.rows) matrixFrame(marks.row, row, 0, 1, shown.columns, cell);
  if (column >= 0 && column < shown.columns) matrixFrame(marks.column, 0, column, shown.rows, 1, cell);
  if (one) matrixFrame(marks.cell, one[0], one[1], 1, 1, cell);
}

function matrixListen(matrix) {
  const { body } = matrix;
  const at = (event) => matrixCellAt(matrix, event);
  body.onpointermove = body.onpointerdown = (event) => matrixPoint(matrix, at(event));
  body.onpointerleave = (event) => {
    if (event.pointerType !== "touch") matrixPoint(matrix, null); // a lifted finger still shows
  };
  body.onclick = (event) => matrix.onpick?.(at(event));
  body.onkeydown = (event) => matrixKey(matrix, event);
  body.onfocus = () => body.matches(":focus-visible") && matrixPoint(matrix, matrix.cursor ?? [0, 0], true);
  body.onblur = () => matrixPoint(matrix, null);
}

function matrixCellAt({ body, shown, cell }, event) {
  const { left, top } = body.getBoundingClientRect();
  const inside = (position, count) => Math.min(count - 1, Math.max(0, Math.floor(position)));
  return [
    inside((event.clientY - top) / cell[1], shown.rows),
    inside((event.clientX - left) / cell[0], shown.columns),
  ];
}

function matrixKey(matrix, event) {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const { rows, columns } = matrix.shown;
  const [row, column] = matrix.cursor ?? [0, 0];
  if (event.key === "Escape") matrixPoint(matrix, null);
  else if (event.key === "Enter" || event.key === " ") matrix.onpick?.([row, column]);
  else if (event.key in moves) {
    const next = [row + moves[event.key][0], column + moves[event.key][1]];
    const limit = (at, count) => Math.min(count - 1, Math.max(0, at));
    matrixPoint(matrix, [limit(next[0], rows), limit(next[1], columns)], true);
  } else return;
  event.preventDefault(); // the page must not scroll
}

/** The cell under the pointer or the keyboard: outlined, its names lit, its number in the tip. */
function matrixPoint(matrix, place, aloud = false) {
  const { marks, shown, tip, spoken, rowLabels, columnLabels } = matrix;
  const before = matrix.pointed;
  if (String(before) === String(place)) return;
  matrix.pointed = place;
  for (const lit of matrix.root.querySelectorAll(".label.lit")) lit.classList.remove("lit");
  marks.pointed.classList.remove("on");
  tip.classList.toggle("shown", Boolean(place));
  if (!place) return matrix.onpoint?.(null);
  const [row, column] = (matrix.cursor = place);
  const value = shown.values[row * shown.columns + column];
  rowLabels.children[row]?.classList.add("lit");
  columnLabels.children[column]?.classList.add("lit");
  matrixFrame(marks.pointed, row, column, 1, 1, matrix.cell);
  const said = shown.describe?.(row, column, value) ?? String(value);
  tip.textContent = said;
  if (aloud) spoken.textContent = said;
  matrixPlaceTip(matrix, matrixCellBox(matrix, row, column));
  matrix.onpoint?.({ row, column, value });
}

function matrixPlaceTip({ root, tip }, box) {
  const half = tip.offsetWidth / 2;
  const middle = Math.min(root.clientWidth - half, Math.max(half, box.left + box.width / 2));
  tip.style.left = `${middle}px`;
  tip.style.top = `${box.top}px`;
}
