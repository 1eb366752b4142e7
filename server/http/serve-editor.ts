import { join } from 'node:path';
import type { RequestHandler, Router } from 'express';
import express from 'express';
import { compressedAssets } from './compressed-assets.ts';

/** Paths of the server itself; the editor's pages never stand there, so an unknown one is a 404 and not a page. */
const SERVER_PATHS = /^\/(api|webhooks|ws|node-types|sandbox\/graph|healthz|readyz|metrics|assets)(\/|$)/;

/**
 * Serves the built editor: hashed assets for ever, everything else revalidated, and index.html for the addresses of its
 * pages (`/flows/…`, `/inbox`), so that a reload lands where one was.
 * @param folder where Vite built it (dist/editor)
 */
export function serveEditor(folder: string): Router {
  const router = express.Router();
  router.use(
    '/assets',
    compressedAssets(join(folder, 'assets')),
    express.static(join(folder, 'assets'), {
      immutable: true,
      maxAge: '365d',
      index: false,
      redirect: false,
    }),
  );
  router.use(express.static(folder, { index: false, redirect: false, setHeaders: revalidate }));
  router.use(sendPage(folder));
  return router;
}

function sendPage(folder: string): RequestHandler {
  return (request, response, next) => {
    const isPage = request.method === 'GET' || request.method === 'HEAD';
    if (!isPage || SERVER_PATHS.test(request.path) || hasExtension(request.path)) return next();
    response.setHeader('Cache-Control', 'no-cache');
    response.sendFile('index.html', { root: folder }, (error) => {
      if (error && !response.headersSent) next();
    });
  };
}

function revalidate(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('Cache-Control', 'no-cache');
}

/** A missing picture or script is missing; a page in its place would only confuse. */
function hasExtension(path: string): boolean {
  return /\.[a-z0-9]{1,8}$/i.test(path);
}
