// The search page, and the same in a dialog on every other page.
//
// The box holds every word that is shown. The page /search/ has it; elsewhere
// `find.js` asks for it: it is loaded and put into a <dialog>.
(({ Index }) => {
  const FIRST = 5, MORE = 10, WAIT = 10;

  class Box {
    #found;
    #timer;
    #answer;
    #asked = 0;

    constructor(element, index) {
      this.element = element;
      this.input = element.querySelector("input");
      this.list = element.querySelector("[data-results]");
      this.status = element.querySelector("[role=status]");
      this.button = element.querySelector("[data-more]");
      this.index = index;
      index.about().catch(() => {}); // before there is a query
      element.hidden = false;
      this.input.addEventListener("input", (event) => event.isComposing || this.#soon());
      this.input.addEventListener("compositionend", () => this.#soon());
      this.button.addEventListener("click", () => this.#more());
      element.querySelector("form").addEventListener("submit", (event) => this.#submit(event));
      element.addEventListener("keydown", (event) => this.#move(event));
    }

    #soon() {
      clearTimeout(this.#timer);
      this.#asked++; // no answer to what was typed before may end the waiting
      this.list.ariaBusy = "true";
      this.#answer = new Promise((go) => this.#timer = setTimeout(go, WAIT)).then(() => this.ask());
    }

    async ask() {
      const asked = ++this.#asked, query = this.input.value.trim();
      try {
        const found = await this.index.find(query), pages = await found.more(FIRST);
        if (asked !== this.#asked) return;
        this.#found = found;
        this.list.replaceChildren(...pages.map(item));
        this.#tell(query);
        this.list.ariaBusy = "false";
      } catch (reason) {
        if (asked === this.#asked) {
          this.#say(this.element.dataset.failed);
          this.list.ariaBusy = "false";
        }
        throw reason;
      }
    }

    async #more() {
      const found = this.#found, before = this.list.childElementCount;
      const pages = await found.more(MORE);
      if (found !== this.#found) return;
      this.list.append(...pages.map(item));
      (this.list.children[before] ?? this.list.lastElementChild)?.querySelector("a").focus();
      this.#tell(this.input.value.trim());
    }

    #tell(query) {
      const { count, isCounted, isDone } = this.#found, words = this.element.dataset;
      const said = isCounted ? (count ? words.found : words.none) : words.counting;
      this.button.hidden = isDone;
      this.#say(query ? said.replace("{n}", count.toLocaleString(this.element.closest("[lang]")?.lang)) : "");
    }

    #say(words) {
      this.status.textContent = words;
    }

    async #submit(event) {
      event.preventDefault();
      clearTimeout(this.#timer);
      await this.ask();
      this.list.querySelector("a")?.click();
    }

    // The arrows lead from the input through the results and back; Escape, which
    // would first empty the input, closes the dialog.  An arrow waits for the results of
    // what was typed: those that are shown are about to go, and the focus with them.
    async #move(event) {
      const around = this.element.closest("dialog");
      if (event.key === "Escape" && !event.isComposing && around) {
        event.preventDefault();
        around.close();
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.isComposing) return;
      if (this.list.ariaBusy === "true") {
        event.preventDefault();
        await this.#answer;
        if (this.list.ariaBusy === "true") return; // more was typed
      }
      const stops = [this.input, ...this.list.querySelectorAll("a")];
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  }

  // One result: a link with its title, a part of its text, and the same of its sections.
  function item({ url, title, text, sections = [] }) {
    const line = document.createElement("li"), link = made("a", title);
    link.href = url;
    line.append(link);
    if (text.length) line.append(made("p", text));
    if (sections.length) {
      const list = document.createElement("ol");
      list.setAttribute("role", "list");
      list.append(...sections.map(item));
      line.append(list);
    }
    return line;
  }

  function made(tag, pieces) {
    const element = document.createElement(tag);
    element.dir = "auto";
    element.append(...pieces.map(piece));
    return element;
  }

  function piece([text, isMatch]) {
    if (!isMatch) return text;
    const mark = document.createElement("mark");
    mark.textContent = text;
    return mark;
  }

  // The dialog.

  let dialog, opening;

  async function makeDialog(url) {
    const index = new Index(url), { html, lang, dir, label } = (await index.about()).box;
    const made = document.createElement("dialog");
    made.className = "search-dialog";
    Object.assign(made, { lang, dir, ariaLabel: label, innerHTML: html });
    const element = made.querySelector("[data-index]");
    document.body.append(made);
    made.box = new Box(element, index);
    element.querySelector("[data-close]").addEventListener("click", () => made.close());
    made.addEventListener("click", (event) => event.target === made && made.close());
    return made;
  }

  // Opens the dialog, or closes it if `toggle` says so and it is open; on the
  // search page itself it goes to the box.
  async function open(url, toggle) {
    if (onPage) return onPage.input.select();
    if (toggle && dialog?.open) return dialog.close();
    dialog ??= await (opening ??= makeDialog(url));
    if (!dialog.open) dialog.showModal();
    dialog.box.input.select();
  }

  // The page itself: what is looked for stands in its address.

  const element = document.querySelector("[data-index]");
  const onPage = element && new Box(element, new Index(element.dataset.index));
  if (onPage) {
    const query = new URLSearchParams(location.search).get("q");
    element.querySelector("[data-close]").hidden = true;
    onPage.input.addEventListener("change", () => {
      const url = new URL(location);
      url.searchParams.set("q", onPage.input.value);
      try {
        history.replaceState(null, "", url);
      } catch { /* A page that was opened from a folder may not do that. */ }
    });
    if (query) {
      onPage.input.value = query;
      onPage.ask();
    }
    onPage.input.focus();
  }

  coldpressSearch.open = open;
})(coldpressSearch);
