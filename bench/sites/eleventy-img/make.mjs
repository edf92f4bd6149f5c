import Image from "@11ty/eleventy-img";
import { readFileSync } from "node:fs";
import path from "node:path";

const { photos, widths, quality } = JSON.parse(readFileSync("job.json", "utf8"));
await Promise.all(photos.map((photo) => Image(photo, {
  widths, formats: ["avif", "webp", "jpeg"], outputDir: "img/", urlPath: "/img/",
  sharpAvifOptions: { quality: quality.avif }, sharpWebpOptions: { quality: quality.webp },
  sharpJpegOptions: { quality: quality.jpeg, progressive: true },
  filenameFormat: (id, src, width, format) => `${path.parse(src).name}-${id}-${width}.${format}`,
})));
