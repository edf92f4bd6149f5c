import { getCollection, type CollectionEntry } from "astro:content";

export type Post = CollectionEntry<"posts">;
export type Key = "tags" | "categories";

/** All posts, newest first. */
export const newest = (await getCollection("posts")).sort((a, b) => b.data.date.valueOf() - a.data.date.valueOf());

/** Posts by each of the names that `pick` gives for them. */
export function grouped(pick: (post: Post) => string[]): [string, Post[]][] {
  const found = new Map<string, Post[]>();
  for (const post of newest) {
    for (const name of pick(post)) found.has(name) ? found.get(name)!.push(post) : found.set(name, [post]);
  }
  return [...found];
}

/** Every term with its posts. */
export function terms(key: Key): [string, Post[]][] {
  return grouped((post) => post.data[key]).sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

export const day = (post: Post): string => post.data.date.toISOString().slice(0, 10);
export const url = (post: Post): string => `/posts/${post.id}/`;
