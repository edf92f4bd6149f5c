// A button on each block of code that copies it: of a session, what was typed. And the button that copies a page.
(() => {
  const words = document.querySelector("script[data-copy]").dataset;

  function text(code) {
    const copy = code.cloneNode(true);
    if (!copy.querySelector(".gp")) return copy.textContent;
    copy.querySelectorAll(".gp, .go").forEach(part => part.remove());
    return copy.textContent.split("\n").filter(line => line).join("\n");
  }

  function add(block) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text(block.querySelector("code")));
      tell(button);
    });
    block.append(button);
  }

  function tell(button) {
    const said = button.textContent;
    if (said === words.copied) return;
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = said; }, 1500);
  }

  async function markdown(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return new Blob([await answer.text()], { type: "text/plain" });
  }

  // The clipboard is given a promise, as a browser may not allow to write after a wait. A page that was opened from
  // a folder can fetch nothing, and shows the file.
  document.querySelector("[data-markdown]")?.addEventListener("click", async ({ target }) => {
    const url = target.dataset.markdown;
    try {
      if (location.protocol === "file:") throw new Error("no files can be fetched");
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": markdown(url) })]);
      tell(target);
    } catch {
      location.assign(url);
    }
  });

  // Browsers give the clipboard only to pages that came safely.
  if (navigator.clipboard) document.querySelectorAll(".prose .code").forEach(add);
})();
