// What the search index knows of words: the same as Coldpress' markup/words.py,
// markup/stems.py and search/postings.py do when a site is built.
Object.assign(coldpressSearch, (() => {
  const PARTS = "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff" +
    "\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3fffd}\u1100-\u11ff\uac00-\ud7a3" +
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1050-\u109f\u1780-\u17d3";
  const SIGNS = "\u0900-\u0963\u0966-\u0d7f";
  const DRESSING = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u00ad\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]+/gu;
  const SPELLINGS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ς: "σ" };
  const LONGEST = 40;
  const RUN = new RegExp(`([${PARTS}]+)|(?:(?![${PARTS}])[\\p{L}\\p{N}])+(?:[${SIGNS}]+(?:(?![${PARTS}])[\\p{L}\\p{N}])*)*`, "gu");
  const RULES = [
    [/([^sui])s$/, "$1"],
    [/^(?=.{6})(.*[aeiouy].*)ing$/, "$1"],
    [/^(?=.{5})(.*[aeiouy].*)(?<!e)ed$/, "$1"],
    [/([bdfgmnprt])\1$/, "$1"],
    [/e$/, ""],
    [/([^aeiou])y$/, "$1i"],
  ];
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const CODES = new Map([...ALPHABET].map((letter, code) => [letter, code]));
  const PREFIX = 4;

  function fold(text) {
    const plain = text.normalize("NFKC").toLowerCase().normalize("NFD").replace(DRESSING, "").normalize("NFC");
    return plain.replace(/[ßæœøłđðþıς]/g, (letter) => SPELLINGS[letter]);
  }

  function stem(word) {
    if (/^[a-z]{4,}$/.test(word))
      for (const [pattern, replacement] of RULES)
        if (word.length > 3) word = word.replace(pattern, replacement);
    return word;
  }

  // The runs of a text: `[text, whether it is found by parts, place]`.
  function* runs(text) {
    for (const found of text.matchAll(RUN)) yield [found[0], found[1] !== undefined, found.index];
  }

  const cut = (word) => [...word].slice(0, LONGEST).join("");

  // Everything of a text that can be looked for.
  function tokens(text) {
    const all = new Set();
    for (const [run, byParts] of runs(fold(text))) {
      if (byParts) [...run].forEach((letter, at, letters) => all.add(letter).add(at ? letters[at - 1] + letter : letter));
      else all.add(stem(cut(run)));
    }
    return all;
  }

  // What is asked for: words and phrases, of which a page has to have all.  The
  // last word may go on, as long as nothing was typed after it.
  function terms(query) {
    const text = fold(query), found = new Map();
    for (const [run, byParts, at] of runs(text)) {
      if (byParts) {
        const letters = [...run];
        const pairs = letters.slice(1).map((letter, before) => letters[before] + letter);
        // Of a long phrase every second pair will do: the text decides in the end.
        const some = pairs.filter((_, number) => pairs.length < 5 || number % 2 === 0 || number === pairs.length - 1);
        found.set(run, { phrase: run, tokens: pairs.length ? some : letters, exact: letters.length < 3 });
      } else {
        const open = at + run.length === text.length && run.length >= PREFIX;
        found.set(stem(cut(run)), { word: stem(cut(run)), open: open ? cut(run) : "", tokens: [stem(cut(run))], exact: true });
      }
    }
    return [...found.values()];
  }

  function shardOf(token, shards) {
    let crc = -1;
    for (const byte of new TextEncoder().encode([...token].slice(0, PREFIX).join(""))) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return (~crc >>> 0) & (shards - 1);
  }

  // Postings as a map from a page's number (even: a post) to its level.
  function decode(text) {
    const levels = new Map();
    text.split(" ").forEach((part, kind) => {
      let value = 0, shift = 0, number = -1;
      for (const letter of part) {
        const code = CODES.get(letter);
        value |= (code & 31) << shift;
        shift += 5;
        if (code < 32) {
          number += (value >> 2) + 1;
          levels.set(2 * number + kind, value & 3);
          value = shift = 0;
        }
      }
    });
    return levels;
  }

  return { decode, fold, runs, shardOf, stem, terms, tokens };
})());
