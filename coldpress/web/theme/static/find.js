// The search opens with its link, with `/`, with Ctrl-K and Cmd-K; only then is
// it loaded.
const link = document.querySelector("a[data-search]");
const script = document.querySelector("script[data-search]").dataset.search;

async function open(toggle) {
  try {
    await (await import(script)).open(toggle);
  } catch {
    location.assign(link.href);
  }
}

const isTyping = (target) => target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName);

if (link) {
  addEventListener("keydown", (event) => {
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if ((!isSlash && !isK) || event.defaultPrevented) return;
    event.preventDefault();
    open(isK);
  });

  addEventListener("click", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
    if (!isPlain || !event.target.closest?.("a[data-search]") || event.defaultPrevented) return;
    event.preventDefault();
    open(false);
  });
}
