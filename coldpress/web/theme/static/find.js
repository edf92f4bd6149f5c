// The search opens with its link, with `/`, with Ctrl-K and Cmd-K; only then are
// its scripts loaded, one after the other.
(() => {
  const link = document.querySelector("a[data-search]");
  const { searchWords, searchIndex, search, searchAt } = document.currentScript.dataset;
  let loading;

  function load(url) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      Object.assign(script, { src: url, async: false, onload: resolve, onerror: reject });
      document.head.append(script);
    });
  }

  async function open(toggle) {
    try {
      if (!globalThis.coldpressSearch?.open) await (loading ??= Promise.all([searchWords, searchIndex, search].map(load)));
      await coldpressSearch.open(searchAt, toggle);
    } catch {
      location.assign(link.href);
    }
  }

  const isTyping = (target) => target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName);

  if (!link) return;
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
})();
