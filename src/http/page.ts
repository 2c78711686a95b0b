/** The files of the page, read once; a missing one is found at the start. */
import { readFileSync } from "node:fs";
import type { RequestHandler } from "express";
import { send } from "./respond.ts";

/** By path. */
const files = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/ui/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/ui/words.js": ["words.js", "text/javascript; charset=utf-8"],
  "/ui/style.css": ["style.css", "text/css; charset=utf-8"],
  "/ui/icon.svg": ["icon.svg", "image/svg+xml"],
} as const;

/** Nothing but its own files, and no script or style inside the page. */
const headers = {
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
};

/** Handlers by path. */
export const pageHandlers = (): ReadonlyMap<string, RequestHandler> =>
  new Map(
    Object.entries(files).map(([path, [file, contentType]]) => {
      const body = readFileSync(new URL(`../ui/${file}`, import.meta.url));
      return [path, (_request, response) => send(response, 200, contentType, body, headers)];
    }),
  );
