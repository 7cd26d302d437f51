// French, the model's English and English of ours, to be compared by eye. Streamlit calls the
// default export again at every change of data or theme: everything is written anew, and all of it
// as text, never as markup.

export default function ({ data, parentElement }) {
  const { labels } = data;
  const rows = [
    ["before", labels.before, [data.before]],
    ["french", labels.french, [data.french]],
    ["pieces", labels.pieces, [data.pieces]],
    ["model", labels.model, data.words.flatMap((word) => marked(word, labels.unsure))],
    ["ours", labels.ours, [data.ours]],
  ];
  const shown = rows.filter(([, , content]) => content.some((part) => part !== ""));
  const parts = shown.flatMap(([name, label, content]) => [
    element("dt", name, label),
    element("dd", name, ...content),
  ]);
  parentElement.querySelector(".side-lines").replaceChildren(...parts);
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children); // strings become text nodes, whatever they contain
  return made;
}

/** A word and the space before it; where the model was unsure its probability stands below. */
function marked({ text, joined, probability, unsure }, says) {
  const word = element("span", unsure ? "word unsure" : "word", element("bdi", "", text));
  if (unsure) {
    const number = probability < 0.005 ? "<0.01" : probability.toFixed(2);
    word.append(element("span", "number", number));
    word.append(element("span", "says", `, ${says}`));
  }
  word.classList.toggle("joined", joined);
  return joined ? [word] : [" ", word];
}
