// The contents follow the reader: the last heading above the middle of the window is current.
(() => {
  const sheet = document.getElementById("_contents");
  const links = new Map([...sheet.querySelectorAll("a")].map(link => [decodeURIComponent(link.hash.slice(1)), link]));
  const headings = [...links.keys()].map(id => document.getElementById(id)).filter(Boolean);
  let current;

  function follow() {
    const passed = headings.filter(heading => heading.getBoundingClientRect().top < innerHeight / 3);
    const link = links.get(passed.at(-1)?.id);
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    current = link;
    if (link && sheet.scrollHeight > sheet.clientHeight) sheet.scrollTop = link.offsetTop - sheet.clientHeight / 2;
  }

  const observer = new IntersectionObserver(follow, { rootMargin: "0px 0px -66% 0px", threshold: [0, 1] });
  headings.forEach(heading => observer.observe(heading));
  sheet.addEventListener("click", event => {
    if (event.target.closest("a") && sheet.matches(":popover-open")) sheet.hidePopover();
  });
})();
