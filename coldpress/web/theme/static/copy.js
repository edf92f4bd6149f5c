// A button on each block of code that copies it: of a session, what was typed.
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
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 1500);
    });
    block.append(button);
  }

  // Browsers give the clipboard only to pages that came safely.
  if (navigator.clipboard) document.querySelectorAll(".prose .code").forEach(add);
})();
