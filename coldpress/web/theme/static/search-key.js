// The search is loaded when somebody asks for it: by `/`, Ctrl-K or the link in the head of the page.
const link = document.querySelector("a[data-search]");

function isAsked(event) {
  if (event.defaultPrevented || event.altKey || event.shiftKey) return false;
  const control = event.ctrlKey || event.metaKey;
  if (event.type === "click") return !control && event.button === 0 && link.contains(event.target);
  const typing = event.target.isContentEditable || /^(?:input|textarea|select)$/i.test(event.target.tagName);
  return control ? event.key.toLowerCase() === "k" : event.key === "/" && !typing;
}

async function load(event) {
  if (!isAsked(event)) return;
  event.preventDefault();
  removeEventListener("click", load);
  removeEventListener("keydown", load);
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: link.dataset.style });
  document.head.append(style);
  try {
    const search = await import(link.dataset.search);
    search.open();
  } catch {
    location.assign(link.href);
  }
}

if (link) {
  addEventListener("click", load);
  addEventListener("keydown", load);
}
