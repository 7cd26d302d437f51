// One button that puts the page's address on the clipboard.
// Streamlit calls the default export again at every change of data or theme.

const SHOWN_MS = 4000;

export default function ({ data, parentElement }) {
  const [button, status] = parentElement.querySelector(".copy-link").children;
  button.textContent = data.copy;
  button.onclick = async () => {
    const address = location.origin + location.pathname + (data.query && `?${data.query}`);
    status.textContent = (await copy(address)) ? data.copied : data.failed;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => (status.textContent = ""), SHOWN_MS);
  };
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyWithoutClipboard(text); // a class server without https has no clipboard interface
  }
}

function copyWithoutClipboard(text) {
  const box = document.createElement("textarea");
  box.value = text;
  box.style.position = "fixed";
  box.style.opacity = 0;
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}
