// The switch of colours: the system's, the others, and those again by name.
(() => {
  const button = document.getElementById("_switch");
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function name() {
    const scheme = root.dataset.scheme ?? "auto";
    button.ariaLabel = button.title = `${button.dataset.name}: ${button.dataset[scheme]}`;
  }

  button?.addEventListener("click", () => {
    const [same, other] = dark.matches ? ["dark", "light"] : ["light", "dark"];
    const next = { undefined: other, [other]: same }[root.dataset.scheme];
    if (next) root.dataset.scheme = next;
    else delete root.dataset.scheme;
    try {
      if (next) localStorage.setItem("scheme", next);
      else localStorage.removeItem("scheme");
    } catch { /* Then it holds for this page only. */ }
    name();
  });
  if (button) name();

  // Of a long tree, the part where the reader is.
  const tree = document.getElementById("_sidebar");
  const here = tree?.querySelector("[aria-current]");
  if (here && here.offsetTop > tree.clientHeight) tree.scrollTop = here.offsetTop - tree.clientHeight / 2;

  // A menu that is folded out folds again when something else is meant.
  addEventListener("click", event => {
    for (const menu of document.querySelectorAll(".masthead details[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  addEventListener("keydown", event => {
    const menu = event.key === "Escape" && document.querySelector(".masthead details[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
