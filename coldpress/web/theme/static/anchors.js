// A link beside each heading of the text, to be copied.
(() => {
  const { anchor } = document.querySelector("script[data-anchor]").dataset;

  for (const heading of document.querySelectorAll(".prose > :is(h2, h3, h4)[id]")) {
    const link = document.createElement("a");
    link.className = "anchor";
    link.href = `#${encodeURIComponent(heading.id)}`;
    link.ariaLabel = anchor;
    link.textContent = "#";
    heading.append(link);
  }
})();
