// Tabs of one title are chosen together, and still are on the next page.
(() => {
  const titles = new Map([...document.querySelectorAll(".tabbed-labels > label")].map(
    label => [document.getElementById(label.htmlFor), label.textContent.trim()]));

  function choose(title) {
    for (const [input, name] of titles) if (name === title) input.checked = true;
  }

  try {
    choose(localStorage.getItem("tab"));
  } catch { /* A reader may forbid it to remember. */ }

  addEventListener("change", event => {
    const title = titles.get(event.target);
    if (title === undefined) return;
    const top = event.target.getBoundingClientRect().top;
    choose(title);
    // Other sets may have grown or shrunk above this one.
    scrollBy({ top: event.target.getBoundingClientRect().top - top, behavior: "instant" });
    try {
      localStorage.setItem("tab", title);
    } catch { /* Then it holds for this page only. */ }
  });
})();
