// Opens a picture in full; keys, buttons and swipes lead to the others. Without a script its link opens the file.
(() => {
  const words = { ...document.currentScript.dataset }, links = "a.zoom:has(img)";
  const isHeld = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  let dialog, all, at, from;

  function show(index) {
    at = (index + all.length) % all.length;
    const link = all[at], [image, caption] = dialog.querySelectorAll("img, figcaption");
    image.src = link.href;
    dialog.ariaLabel = (image.alt = link.querySelector("img").alt) || link.ariaLabel;
    caption.textContent = link.closest(".gallery-image, figure:not(.gallery)")?.querySelector("figcaption, .gallery-caption")?.textContent ?? "";
  }

  function move(event, right) {
    if (!right || isHeld(event)) return;
    event.preventDefault();
    show(at + (document.dir === "rtl" ? -right : right));
  }

  function make() {
    dialog = document.createElement("dialog");
    dialog.className = "zoomed";
    dialog.innerHTML = "<button class=close>×</button><button class=previous>‹</button><button class=next>›</button><figure><img><figcaption>";
    for (const each of dialog.querySelectorAll("button")) each.ariaLabel = words[each.className];
    dialog.onclick = ({ target }) => {
      const step = { next: 1, previous: -1 }[target.className];
      step ? show(at + step) : dialog.close();
    };
    dialog.onclose = () => all[at].focus();
    dialog.onkeydown = (event) => move(event, { ArrowRight: 1, ArrowLeft: -1 }[event.key]);
    dialog.ontouchstart = ({ touches }) => { from = touches[1] || visualViewport.scale > 1 ? NaN : touches[0].clientX; };
    dialog.ontouchend = (event) => move(event, Math.sign(Math.trunc((from - event.changedTouches[0].clientX) / 40)));
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(links);
    if (!link || event.defaultPrevented || isHeld(event)) return;
    event.preventDefault();
    dialog || make();
    document.body.append(dialog); // again, if the page was replaced
    all = [...document.querySelectorAll(links)];
    dialog.classList.toggle("alone", !all[1]);
    show(all.indexOf(link));
    dialog.showModal();
  });
})();
