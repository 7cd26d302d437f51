// What queries, keys and values are made of: the stacks of vectors at the left, an arrow through a
// learned matrix for each role. Called again at every change of data; built anew each time, for
// nothing in it can be chosen. Words come from people: they are written with textContent.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".role-sources");
  const made = [];
  let row = 1;
  for (const { heading, pieces, roles } of data.sources) {
    const words = pieces.map((piece) => element("span", "piece", piece));
    const box = element("div", "source", "", element("p", "heading", heading), element("p", "pieces", "", ...words));
    box.style.gridRow = `${row} / span ${roles.length}`;
    made.push(box, ...roles.flatMap((role, i) => roleOf(role, data.roles[role], row + i)));
    row += roles.length;
  }
  root.replaceChildren(...made);
}

function roleOf(role, [letter, said], row) {
  const arrow = element("div", "arrow", "", element("span", "matrix", `× W_${letter}`));
  const result = element("div", "role", "", element("b", "letter", letter), element("span", "said", said));
  for (const part of [arrow, result]) part.style.gridRow = row;
  result.dataset.role = role;
  return [arrow, result];
}

function element(tag, className, text, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}
