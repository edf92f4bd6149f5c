// Looks a query up: which pages have it all, the best first, and what they say.
(({ decode, fold, load, runs, shardOf, stem, terms }) => {
  const SCORES = [1, 2, 4, 16]; // in the text, often there, in a heading, in the title
  const AROUND = 48; // letters before the first match that are shown
  const SHOWN = 180;
  const SECTIONS = 3; // of one page

  class Index {
    #files = new Map();

    constructor(url) {
      this.url = new URL(url, document.baseURI);
    }

    // A file of the index, loaded once.
    #file(path) {
      if (!this.#files.has(path)) {
        const asked = load(new URL(path, this.url));
        asked.catch(() => this.#files.delete(path));
        this.#files.set(path, asked);
      }
      return this.#files.get(path);
    }

    // What every query needs, the box and the scripts of the dialog.
    about() {
      return this.#file("");
    }

    async find(query) {
      const wanted = terms(query);
      if (!wanted.length) return new Found(this, [], []);
      const about = await this.about();
      const lists = await Promise.all(wanted.map((term) => this.#pages(term, about)));
      lists.sort((one, other) => one.size - other.size);
      const scored = [...lists[0]].filter(([page]) => lists.every((list) => list.has(page)))
        .map(([page]) => [page, lists.reduce((sum, list) => sum + list.get(page), 0)]);
      scored.sort(([page, score], [other, others]) => others - score || other - page);
      return new Found(this, wanted, scored.map(([page]) => page));
    }

    // The pages that have one term, with its score in each.
    async #pages(term, about) {
      const wanted = new Set([...term.tokens, ...(term.open ? [term.open] : [])].map((token) => shardOf(token, about.shards)));
      const shards = await Promise.all([...wanted].map((number) => this.#file(`words/${number}.js?v=${about.version}`)));
      const lists = term.tokens.map((token) => scores(shards, (key) => key === token, 1));
      if (term.open) scores(shards, (key) => key.startsWith(term.open), 0.5).forEach((score, page) => {
        if (!(lists[0].get(page) >= score)) lists[0].set(page, score);
      });
      const [first, ...others] = lists;
      for (const page of first.keys()) if (!others.every((list) => list.has(page))) first.delete(page);
      return first;
    }

    async page(number) {
      const { version, together } = await this.about();
      const kind = number % 2 ? "pages" : "posts", at = number >> 1;
      const path = `${kind}/${Math.floor(at / together)}.js?v=${version}`;
      const [url, title, text, sections] = (await this.#file(path))[at % together];
      return { url: new URL(url, new URL(path, this.url)).href, title, text, sections };
    }
  }

  function scores(shards, matches, weight) {
    const all = new Map();
    for (const shard of shards)
      for (const key of Object.keys(shard))
        if (matches(key)) decode(shard[key]).forEach((level, page) => {
          all.set(page, Math.max(all.get(page) ?? 0, SCORES[level] * weight));
        });
    return all;
  }

  // What was found, a few pages at a time.  `count` is their number, as far as
  // it is known: of a phrase each text has to be looked at.
  class Found {
    #next = 0;
    #shown = 0;

    constructor(index, wanted, pages) {
      Object.assign(this, { index, wanted, pages, phrases: wanted.filter((term) => !term.exact) });
    }

    get isDone() {
      return this.#next >= this.pages.length;
    }

    get count() {
      return this.phrases.length ? this.#shown : this.pages.length;
    }

    get isCounted() {
      return !this.phrases.length || this.isDone;
    }

    async more(most) {
      const found = [];
      while (found.length < most && !this.isDone) {
        const some = this.pages.slice(this.#next, this.#next + most - found.length);
        this.#next += some.length;
        const pages = await Promise.all(some.map((number) => this.index.page(number)));
        found.push(...pages.filter((page) => this.#holds(page)));
      }
      this.#shown += found.length;
      return found.map((page) => shown(page, this.wanted));
    }

    #holds({ title, text, sections }) {
      const said = this.phrases.length ? fold([title, text, ...sections.flatMap(([, ...words]) => words)].join("\n")) : "";
      return this.phrases.every(({ phrase }) => said.includes(phrase));
    }
  }

  // What is shown of a page: its title, and those parts of it that hold the most
  // of what was looked for, headings first, in the order of the page.
  function shown({ url, title, text, sections }, wanted) {
    const parts = [["", "", text], ...sections].map(([id, heading, said], place) => {
      const named = new Set(terms(heading)), all = new Set([...named, ...terms(said)]);
      return { id, heading, said, place, named: named.size, all: all.size };
    });
    const most = Math.max(1, ...parts.map((part) => part.all));
    const best = parts.filter((part) => part.all === most)
      .sort((one, other) => other.named - one.named || one.place - other.place).slice(0, SECTIONS)
      .sort((one, other) => one.place - other.place);
    const cut = (said) => marked(said, wanted, AROUND, SHOWN);
    return {
      url, title: marked(title, wanted), text: !best.length || !best[0].place ? cut(text || sections[0]?.[2] || "") : [],
      sections: best.filter((part) => part.place).map(({ id, heading, said }) => ({
        url: `${url}#${encodeURIComponent(id)}`, title: marked(heading, wanted), text: cut(said) })),
    };

    function terms(said) {
      return [...matches(said, wanted)].map(([, , term]) => term);
    }
  }

  // A text in pieces, `[text, whether it is what was looked for]`, cut to where
  // that begins if it is long.
  function marked(text, wanted, around = 0, most = Infinity) {
    const places = [];
    for (const place of matches(text, wanted)) {
      if (places.length && place[0] > places[0][0] + most) break; // that is not shown
      places.push(place);
    }
    const wide = /[\u3000-\u9fff\uac00-\ud7a3]/.test(text.slice(0, 200));
    const length = wide ? most / 2 : most;
    let start = 0;
    if (text.length > length && places.length && places[0][0] > around) {
      start = places[0][0] - (wide ? around / 2 : around);
      const space = text.indexOf(" ", start);
      if (space >= 0 && space < places[0][0]) start = space + 1;
    }
    let end = Math.min(text.length, start + length);
    if (end < text.length && text.lastIndexOf(" ", end) > end - 20) end = text.lastIndexOf(" ", end);
    const pieces = start ? [["… ", false]] : [];
    let at = start;
    for (const [from, to] of places) {
      if (from < at || to > end) continue;
      pieces.push([text.slice(at, from), false], [text.slice(from, to), true]);
      at = to;
    }
    pieces.push([text.slice(at, end) + (end < text.length ? " …" : ""), false]);
    return pieces.filter(([piece]) => piece);
  }

  // Where in a text stands what was looked for, and which of it.
  function* matches(text, wanted) {
    const words = wanted.filter((term) => term.word), phrases = wanted.filter((term) => term.phrase);
    for (const [run, byParts, at] of runs(text)) {
      if (byParts) {
        const folded = [...run].map(fold), all = folded.join("");
        const places = [0];
        for (const letter of run) places.push(places.at(-1) + letter.length);
        const same = folded.every((letter) => [...letter].length === 1);
        for (let from = 0; same && from < folded.length;) {
          const found = phrases.find(({ phrase }) => folded.slice(from).join("").startsWith(phrase));
          const to = found ? from + [...found.phrase].length : from + 1;
          if (found) yield [at + places[from], at + places[to], found];
          from = to;
        }
        const unequal = !same && phrases.find(({ phrase }) => all.includes(phrase));
        if (unequal) yield [at, at + run.length, unequal];
      } else if (words.length) {
        const word = fold(run), form = stem(word);
        const found = words.find((term) => term.word === form || (term.open && word.startsWith(term.open)));
        if (found) yield [at, at + run.length, found];
      }
    }
  }

  coldpressSearch.Index = Index;
})(coldpressSearch);
