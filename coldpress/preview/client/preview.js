// In every page of the preview, and in none of the frozen site: it listens for
// changes, and takes them over with as little fuss as can be.

const host = document.querySelector("coldpress-preview");
const base = new URL(".", import.meta.url);
const PLACE = "coldpress-place", TAB = "coldpress-tab", BAR = "coldpress-inspector", WHY = "coldpress-why";
const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
const overlay = root.querySelector("[data-overlay]") ?? root;

sessionStorage[TAB] ??= Math.random().toString(36).slice(2);

// The place of the reader, kept over a reload.

const opened = () => [...document.querySelectorAll("details")];

function remember() {
  const place = { path: location.pathname, x: scrollX, y: scrollY, open: opened().map((each) => each.open) };
  sessionStorage[PLACE] = JSON.stringify(place);
}

function recall() {
  const place = JSON.parse(sessionStorage[PLACE] ?? "null");
  delete sessionStorage[PLACE];
  if (place?.path !== location.pathname) return;
  const all = opened();
  if (all.length === place.open.length) all.forEach((each, index) => { each.open = place.open[index]; });
  scrollTo({ left: place.x, top: place.y, behavior: "instant" });
}

let leaving = false;
const reasons = JSON.parse(sessionStorage[WHY] ?? "[]"); // of the reload that showed this page
delete sessionStorage[WHY];

function reload(why = []) {
  if (leaving) return;
  leaving = true;
  remember();
  sessionStorage[WHY] = JSON.stringify(why);
  location.reload();
}

function go(url) {
  if (leaving || location.pathname === url) return;
  leaving = true;
  location.assign(url);
}

// Files that changed: a style sheet or a picture is changed where it stands.

// The path of a file without the hash that its name may carry.
const plain = (path) => path.replace(/\.[a-f][0-9a-f]{9}(?=(\.[^./]+)?$)/, "");

function again(url) {
  const made = new URL(url);
  made.searchParams.set("v", Date.now());
  return made.href;
}

function swapStyle(link, url) {
  const other = link.cloneNode();
  other.href = url;
  other.addEventListener("load", () => link.remove(), { once: true });
  other.addEventListener("error", () => link.remove(), { once: true });
  link.after(other);
}

function swap(files) {
  const used = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  for (const { path, url: now, follows } of files) {
    const isIt = (url) => Boolean(url) && plain(new URL(url, location).pathname) === plain(path);
    const styles = [...document.querySelectorAll("link[rel~=stylesheet]")].filter((link) => isIt(link.href));
    const pictures = [...document.images].filter((image) => isIt(image.currentSrc || image.src));
    styles.forEach((link) => swapStyle(link, now));
    for (const image of pictures) {
      image.removeAttribute("srcset");
      image.src = now;
    }
    if (styles.length || pictures.length || follows || !used.some(isIt)) continue;
    if (path.endsWith(".css")) {
      document.querySelectorAll("link[rel~=stylesheet]").forEach((link) => swapStyle(link, again(link.href)));
    } else {
      return reload([`file ${path}`]);
    }
  }
}

// What the server says.

let source;

function listen() {
  source?.close();
  const url = new URL("events", base);
  url.search = new URLSearchParams({ tab: sessionStorage[TAB], render: host.dataset.render });
  source = new EventSource(url);
  const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on("reload", reload);
  on("files", swap);
  on("problems", (html) => { overlay.innerHTML = html; });
  on("go", go);
  on("end", () => source.close());
}

// A tab that nobody sees listens to nothing: a browser has six connections for all of them.
function attend() {
  if (document.visibilityState === "visible") listen();
  else source?.close();
}

addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted) attend(); });
document.addEventListener("visibilitychange", attend);

// The inspector.

const bar = document.createElement("section");
bar.className = "bar";
bar.setAttribute("aria-label", "Inspector");
bar.dir = "ltr";
bar.lang = "en";
bar.tabIndex = -1;

async function inspect() {
  const url = new URL("inspect", base);
  url.search = new URLSearchParams({ render: host.dataset.render });
  const answer = await fetch(url);
  if (!answer.ok) return reload();
  bar.innerHTML = await answer.text();
  const files = performance.getEntriesByType("resource").filter((entry) => !entry.name.startsWith(base.href));
  const size = files.reduce((sum, entry) => sum + (entry.encodedBodySize || 0), 0);
  const line = bar.querySelector(".line");
  line.append(` · ${files.length} files, ${(size / 1024).toFixed(1)} KB`);
  if (reasons.length) line.append(` · reloaded for ${reasons.join(", ")}`);
  root.append(bar);
}

function toggle() {
  if (bar.isConnected) {
    bar.remove();
    delete sessionStorage[BAR];
  } else {
    sessionStorage[BAR] = "open";
    inspect().then(() => bar.focus());
  }
}

addEventListener("keydown", (event) => {
  const typing = event.composedPath()[0]?.matches?.("input, textarea, select, [contenteditable]");
  if (event.key === "i" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) toggle();
  if (event.key === "Escape") root.querySelectorAll(".errors > details[open]").forEach((each) => { each.open = false; });
});

recall();
attend();
if (sessionStorage[BAR]) inspect();
