// Loads a folded branch of a docs tree, and the entries that a long level leaves out, when a reader opens them.
// A branch is a script, as a page that was opened from a folder can load nothing else.
(() => {
  const tree = document.getElementById("_sidebar");
  const INDEX = /index\.html$/;
  const here = location.href.split(/[?#]/)[0].replace(INDEX, "");

  function load(url, take) {
    const script = document.createElement("script");
    script.src = url;
    script.takeBranch = html => take(listOf(html, script.src));
    document.head.append(script);
  }
  addEventListener("tree-branch", event => document.currentScript.takeBranch(event.detail));

  // The links of a branch are relative to its script.
  function listOf(html, base) {
    const list = document.createElement("ul");
    list.innerHTML = html;
    for (const item of list.querySelectorAll("[data-branch]")) item.dataset.branch = new URL(item.dataset.branch, base);
    for (const link of list.querySelectorAll("a")) {
      link.href = new URL(link.getAttribute("href"), base);
      if (link.href.replace(INDEX, "") === here) link.setAttribute("aria-current", "page");
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
    load(url, list => target.append(list));
  }, true);
  tree.addEventListener("click", event => {
    const more = event.target.closest(".more");
    if (more) load(more.dataset.branch, list => fill(more.parentElement, list));
  });
  for (const more of tree.querySelectorAll(".more")) more.hidden = false;
})();
