// Two texts side by side; words that differ stand in <del> and <ins>, neighbours together in one.
// Streamlit calls the default export again at every change of data or theme.
// Words come from people: they are written with textContent and never read as markup.

const MARKS = { before: "del", after: "ins" };

export default function ({ data, parentElement }) {
  for (const [side, mark] of Object.entries(MARKS)) {
    const { title, words } = data[side];
    const section = parentElement.querySelector(`.${side}`);
    section.querySelector("h3").textContent = title;
    section.querySelector("p").replaceChildren(...(words.length ? runs(words, mark) : ["–"]));
  }
}

function runs(words, mark) {
  const parts = [];
  let last = null;
  for (const word of words) {
    const space = word.joined || !last ? "" : " ";
    if (last && last.changed === word.changed) {
      last.element.textContent += space + word.text;
      continue;
    }
    const element = document.createElement(word.changed ? mark : "span");
    element.textContent = word.text;
    parts.push(space, element);
    last = { changed: word.changed, element };
  }
  return parts;
}
