// How the sentence was cut into pieces, and how sure the model was of every English piece.
// Streamlit calls the default export again at every change of data or theme, so everything here
// can be repeated: elements are built once, kept on the root element, and only brought up to date.
// Pieces come from what people typed: they are written with textContent, never read as markup.

const BEFORE_LETTERS = 26; // of the text so far: the heading must fit its two lines on a phone
const SPACE_MARK = "▁"; // sentencepiece writes a space this way

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".piece-steps");
  const view = (root.view ??= createView(root));
  view.labels = data.labels;
  view.drawn = null; // the number of the piece in the panel
  const words = JSON.stringify([data.source, data.target]);
  if (view.words !== words) buildWords(view, data, words);
  writeLabels(view);
  markUnsure(view, data.unsure);
  render(view);
}

function createView(root) {
  const find = (name) => root.querySelector(name);
  const view = {
    block: find(".block.target"),
    panel: find(".panel"),
    heading: find(".heading"),
    column: find(".column span"),
    rows: find(".rows"),
    lines: { source: find(".source .words"), target: find(".target .words") },
    captions: { source: find(".source .caption"), target: find(".target .caption") },
    buttons: [],
    steps: [], // one for every English piece, in the order of writing
    leastSure: -1,
    pinned: null, // each of these three is null or the number of a piece
    hovered: null,
    focused: null,
  };
  listen(view);
  return view;
}

// ---------------------------------------------------------------- building

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children); // strings become text nodes, whatever they contain
  return made;
}

function buildWords(view, { source, target }, words) {
  const hadFocus = indexOf(view.block.getRootNode().activeElement);
  view.words = words;
  view.pinned = view.hovered = view.focused = null;
  view.steps = stepsOf(target);
  const sureness = view.steps.map((step) => step.probability);
  view.leastSure = sureness.indexOf(Math.min(...sureness));
  view.buttons = view.steps.map(stepButton);
  let next = 0;
  const boxes = (words, draw) => words.map((word) => wordBox(word, word.pieces.map(draw)));
  view.lines.source.replaceChildren(...boxes(source, pieceName));
  view.lines.target.replaceChildren(...boxes(target, () => view.buttons[next++]));
  // As many rows as any piece will ever need: the panel keeps one height.
  const rows = Math.max(0, ...view.steps.map((step) => rowsOf(step).length));
  view.block.style.setProperty("--rows", rows);
  view.panel.hidden = view.steps.length === 0;
  if (!view.steps.length) return;
  moveTabStop(view, 0);
  // The piece that had the focus may be gone, the focus must not be.
  const last = view.buttons.length - 1;
  if (hadFocus !== null) view.buttons[Math.min(hadFocus, last)].focus({ preventScroll: true });
}

/** Every English piece with the text written before it; the model's own marks are no text. */
function stepsOf(target) {
  let before = "";
  return target.flatMap((word) =>
    word.pieces.map((step) => {
      const made = { ...step, before: readable(before), special: word.special };
      if (!word.special) before += step.piece;
      return made;
    }),
  );
}

/** Pieces as a reader would write them: marks become spaces, byte pieces such as <0xC3> letters. */
function readable(pieces) {
  const bytes = (run) => Uint8Array.from(run.match(/[0-9A-F]{2}(?=>)/g), (byte) => parseInt(byte, 16));
  const text = pieces
    .replaceAll(SPACE_MARK, " ")
    .replace(/(<0x[0-9A-F]{2}>)+/g, (run) => new TextDecoder().decode(bytes(run)))
    .trim();
  const letters = [...text];
  if (letters.length <= BEFORE_LETTERS) return text;
  return "… " + letters.slice(-BEFORE_LETTERS).join("").replace(/^\S*\s+/, ""); // whole words only
}

function marked(piece) {
  const parts = piece.split(SPACE_MARK);
  return parts.flatMap((part, i) => (i ? [element("span", "mark", SPACE_MARK), part] : [part]));
}

const pieceName = (piece) => element("span", "piece", ...marked(piece));

function wordBox(word, pieces) {
  const box = element("span", "word", ...pieces);
  box.classList.toggle("special", Boolean(word.special));
  box.dir = "auto"; // the pieces of a right-to-left word follow each other from the right
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", word.text);
  return box;
}

function stepButton(step, index) {
  const number = element("span", "number", printed(step.probability, 2));
  const button = element("button", "step", pieceName(step.piece), bar(step.probability), number);
  button.type = "button";
  button.tabIndex = -1; // one tab stop for all; arrow keys move inside
  button.index = index;
  return button;
}

function bar(probability) {
  const made = element("span", "bar", element("span", "fill"));
  made.style.setProperty("--probability", probability);
  return made;
}

function printed(probability, decimals) {
  const smallest = 10 ** -decimals; // "0.000" would claim that the model ruled it out
  return probability < smallest ? `<${smallest.toFixed(decimals)}` : probability.toFixed(decimals);
}

// ---------------------------------------------------------------- showing

const activeIndex = (view) => view.pinned ?? view.hovered ?? view.focused ?? view.leastSure;

function writeLabels({ captions, lines, labels, column, buttons, steps }) {
  for (const side of ["source", "target"]) {
    captions[side].textContent = labels[side];
    lines[side].setAttribute("aria-label", labels[side]);
  }
  column.textContent = labels.probability;
  buttons.forEach((button, i) => {
    const { piece, probability, rank } = steps[i];
    const spoken = piece.replaceAll(SPACE_MARK, " ").trim() || SPACE_MARK;
    const sureness = `${labels.probability} ${printed(probability, 2)}`;
    const place = labels.rank.replace("{rank}", rank);
    button.setAttribute("aria-label", `${spoken}, ${sureness}, ${place}`);
  });
}

/** Pieces up to a probability look different; not the model's own marks, of which it wrote none. */
function markUnsure({ buttons, steps }, most) {
  buttons.forEach((button, i) => {
    button.classList.toggle("unsure", most > 0 && !steps[i].special && steps[i].probability <= most);
  });
}

function render(view) {
  const active = activeIndex(view);
  view.buttons.forEach((button, i) => {
    button.classList.toggle("active", i === active);
    button.setAttribute("aria-pressed", i === view.pinned);
  });
  // With many lines of pieces the panel may lie below the screen: for a chosen piece it comes up.
  view.panel.classList.toggle("lifted", (view.pinned ?? view.focused) !== null);
  if (active === view.drawn || active < 0) return; // unchanged text must not be read out again
  view.drawn = active;
  writePanel(view, view.steps[active]);
}

function writePanel({ heading, rows, labels }, step) {
  fillTemplate(heading, step.before ? labels.heading : labels.heading_first, {
    before: [step.before],
    piece: marked(step.piece),
    probability: [printed(step.probability, 3)],
    rank: [step.rank],
  });
  rows.replaceChildren(...rowsOf(step).map((shown) => rowElement(shown, step, labels)));
}

/** The likeliest pieces, and below them the written one where it is not among them. */
function rowsOf({ piece, probability, likeliest }) {
  const among = likeliest.some(([other]) => other === piece);
  return among ? likeliest : [...likeliest, [piece, probability]];
}

function rowElement([piece, probability], step, labels) {
  const name = pieceName(piece);
  name.dir = "auto";
  const number = element("span", "number", printed(probability, 3));
  const note = element("span", "note");
  const row = element("li", "row", name, bar(probability), number, note);
  if (piece !== step.piece) return row;
  row.classList.add("written");
  note.append(element("span", "", `✓ ${labels.written}`));
  const added = rowsOf(step) !== step.likeliest; // elsewhere the order of the rows is the rank
  if (added) note.append(element("span", "", labels.rank.replace("{rank}", step.rank)));
  return row;
}

/** "After {before}" with each value in an element of its own, as text; bdi for right-to-left words. */
function fillTemplate(node, template, values) {
  const parts = template.split(/\{(\w+)\}/);
  const filled = (name) => element("bdi", name, ...(values[name] ?? []));
  node.replaceChildren(...parts.map((part, i) => (i % 2 ? filled(part) : part)));
}

// ---------------------------------------------------------------- pointing, tapping, keys

const indexOf = (node) => node?.closest?.("button")?.index ?? null;

function listen(view) {
  const show = (name, index) => {
    view[name] = index;
    render(view);
  };
  const line = view.lines.target;
  line.onpointerover = (event) => {
    if (event.pointerType === "touch") return; // a finger cannot hover
    const index = indexOf(event.target) ?? view.hovered; // gaps between pieces change nothing
    if (index !== view.hovered) show("hovered", index);
  };
  view.block.onpointerleave = () => show("hovered", null); // the way down to the panel keeps the piece
  line.onclick = (event) => {
    const index = indexOf(event.target);
    show("pinned", index === view.pinned ? null : index);
    if (view.pinned !== null) view.buttons[index].scrollIntoView({ block: "nearest" }); // above the panel
  };
  line.addEventListener("focusin", (event) => {
    moveTabStop(view, indexOf(event.target));
    if (event.target.matches(":focus-visible")) show("focused", indexOf(event.target));
  });
  line.addEventListener("focusout", () => show("focused", null));
  line.onkeydown = (event) => onKey(view, event);
}

function moveTabStop({ buttons }, index) {
  buttons.forEach((button, i) => (button.tabIndex = i === index ? 0 : -1));
}

function onKey(view, event) {
  const index = indexOf(event.target);
  const last = view.buttons.length - 1;
  const moves = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last };
  if (event.key === "Escape") view.pinned = null;
  else if (event.key in moves) {
    const next = Math.min(last, Math.max(0, moves[event.key]));
    view.hovered = null; // a mouse left lying on the page does not hold the panel
    if (view.pinned !== null) view.pinned = next; // a pinned piece hands its pin on
    view.buttons[next].focus();
    event.preventDefault();
  } else return;
  render(view);
}
