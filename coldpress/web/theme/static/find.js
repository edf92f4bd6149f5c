// The search opens with its link, `/`, Ctrl-K and Cmd-K; only then is it loaded. Its files are
// scripts that pass on a value: a page that was opened from a folder can load nothing else.
(() => {
  const link = document.querySelector("a[data-search]"), at = document.currentScript.dataset.search;
  let loading;

  function load(src, isOrdered) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const onload = () => resolve(script.passed, script.remove());
      document.head.append(Object.assign(script, { src, async: !isOrdered, onload, onerror: () => reject(new Error(src)) }));
    });
  }
  addEventListener("search-file", (event) => { document.currentScript.passed = event.detail; });
  globalThis.coldpressSearch = { load };

  function loadStyle(href) {
    return new Promise((onload) => document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload, onerror: onload })));
  }

  async function loadDialog() {
    const { scripts, style } = await load(at), base = new URL(at, document.baseURI);
    await Promise.all([loadStyle(new URL(style, base)), ...scripts.map((url) => load(new URL(url, base), true))]);
  }

  async function open(toggle) {
    try {
      if (!coldpressSearch.open) await (loading ??= loadDialog());
      await coldpressSearch.open(at, toggle);
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
