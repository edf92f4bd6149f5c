// Loads a folded branch of a docs tree, and the entries that a long level leaves out, when a reader opens them.
// A branch is a script, as a page that was opened from a folder can load nothing else.
(() => {
  const tree = document.getElementById("_sidebar");

  function load(url, take) {
    const script = document.createElement("script");
    script.src = url;
    script.takeBranch = take;
    document.head.append(script);
  }
  addEventListener("tree-branch", event => document.currentScript.takeBranch(event.detail));

  function listOf(html) {
    const list = document.createElement("ul");
    list.innerHTML = html;
    for (const link of list.querySelectorAll("a")) {
      if (link.href === location.href.split("#")[0]) link.setAttribute("aria-current", "page");
    }
    return list;
  }

  // What is there already stays, as it may be open.
  function fill(level, whole) {
    const there = [...level.children];
    for (const item of [...whole.children]) {
      const same = there.findIndex(known => known.firstElementChild.textContent === item.firstElementChild.textContent);
      if (same >= 0) item.replaceWith(...there.splice(same, 1));
    }
    level.replaceChildren(...whole.children);
  }

  tree.addEventListener("toggle", ({ target }) => {
    const url = target.open && target.dataset.branch;
    if (!url) return;
    delete target.dataset.branch;
    load(url, html => target.append(listOf(html)));
  }, true);
  tree.addEventListener("click", event => {
    const more = event.target.closest(".more");
    if (more) load(more.dataset.branch, html => fill(more.parentElement, listOf(html)));
  });
  for (const more of tree.querySelectorAll(".more")) more.hidden = false;
})();
