// Loads the player of a video when its still is pressed.
(() => {
  for (const link of document.querySelectorAll("[data-player]")) {
    link.addEventListener("click", event => {
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.src = link.dataset.player;
      frame.title = link.parentElement.querySelector("figcaption")?.textContent ?? link.textContent.trim();
      frame.allow = "autoplay; fullscreen; picture-in-picture; encrypted-media";
      frame.allowFullscreen = true;
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      link.replaceWith(frame);
      frame.focus();
    });
  }
})();
