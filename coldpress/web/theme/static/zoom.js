// Opens a picture in full, over the page; arrow keys lead to the others. Without a script its link opens the file.
(() => {
  const { close } = document.currentScript.dataset;
  let dialog, links, at;

  function show(index) {
    at = (index + links.length) % links.length;
    const link = links[at], seen = link.querySelector("img"), image = dialog.querySelector("img");
    image.src = link.href;
    image.alt = seen.alt;
    dialog.ariaLabel = seen.alt || link.ariaLabel;
    dialog.querySelector("figcaption").textContent = link.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
  }

  function make() {
    dialog = document.createElement("dialog");
    dialog.className = "zoomed";
    const figure = document.createElement("figure"), button = document.createElement("button");
    figure.append(new Image(), document.createElement("figcaption"));
    button.ariaLabel = close;
    button.textContent = "×";
    dialog.append(button, figure);
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => links[at].focus());
    dialog.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step && !event.altKey && !event.ctrlKey && !event.metaKey && links.length > 1) {
        event.preventDefault();
        show(at + (document.dir === "rtl" ? -step : step));
      }
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.zoom:has(img)");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!dialog) make();
    document.body.append(dialog); // again, if the page was replaced
    links = [...document.querySelectorAll("a.zoom:has(img)")];
    show(links.indexOf(link));
    dialog.showModal();
  });
})();
