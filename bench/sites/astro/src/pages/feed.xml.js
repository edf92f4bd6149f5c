import rss from "@astrojs/rss";
import { newest, url } from "../posts";

export function GET(context) {
  return rss({
    title: "Bench", description: "Bench", site: context.site,
    items: newest.slice(0, 20).map((post) => ({
      title: post.data.title, pubDate: post.data.date, description: post.data.summary,
      link: url(post), content: post.rendered?.html,
    })),
  });
}
