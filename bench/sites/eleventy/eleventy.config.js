// Eleventy: its own tags, pagination, highlighting and feed plugins.
import highlighting from "@11ty/eleventy-plugin-syntaxhighlight";
import { feedPlugin } from "@11ty/eleventy-plugin-rss";

const PER_PAGE = 10;

/** Posts, newest first, by each of the names that `pick` gives for them. */
function grouped(api, pick) {
  const found = new Map();
  for (const post of api.getFilteredByGlob("posts/*.md").reverse()) {
    for (const name of pick(post)) found.has(name) ? found.get(name).push(post) : found.set(name, [post]);
  }
  return [...found].map(([name, posts]) => ({ name, posts }));
}

/** Every term of `key` with its posts. */
function terms(api, key) {
  return grouped(api, (post) => post.data[key]).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The pages of every term: Eleventy paginates one list, not a list of lists. */
function pages(api) {
  return ["tags", "categories"].flatMap((key) => terms(api, key).flatMap(({ name, posts }) => {
    const total = Math.ceil(posts.length / PER_PAGE);
    const url = (number) => `/${key}/${name}/${number > 1 ? `page/${number}/` : ""}`;
    return Array.from({ length: total }, (_, index) => ({
      name,
      posts: posts.slice(index * PER_PAGE, (index + 1) * PER_PAGE),
      url: url(index + 1),
      newer: index > 0 ? url(index) : null,
      older: index + 1 < total ? url(index + 2) : null,
    }));
  }));
}

export default function (config) {
  config.addPlugin(highlighting);
  config.addPlugin(feedPlugin, {
    type: "atom",
    outputPath: "/feed.xml",
    collection: { name: "posts", limit: 20 },
    metadata: { language: "en", title: "Bench", base: "https://example.org/", author: { name: "Bench" } },
  });
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  config.addCollection("posts", (api) => api.getFilteredByGlob("posts/*.md"));
  config.addCollection("newest", (api) => api.getFilteredByGlob("posts/*.md").reverse());
  config.addCollection("overviews", (api) => ["tags", "categories"].map((key) => ({ key, terms: terms(api, key) })));
  config.addCollection("termPages", pages);
  config.addCollection("years", (api) => grouped(api, (post) => [post.date.getUTCFullYear()]));
  return { dir: { output: "output" }, markdownTemplateEngine: false };
}
