// The page for people: a few files, read once.
import { readFileSync } from 'node:fs';
import type { RequestHandler } from 'express';

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
} as const;

/** A handler for each address. */
export function pageFiles(): [string, RequestHandler][] {
  return Object.entries(FILES).map(([path, [file, type]]) => {
    const bytes = readFileSync(new URL(`./page/${file}`, import.meta.url));
    const handler: RequestHandler = (_request, response) => {
      response.set('cache-control', 'no-cache').type(type).send(bytes);
    };
    return [path, handler];
  });
}
