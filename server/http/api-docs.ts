import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Router } from 'express';
import express from 'express';
import type { RouteSpec } from './route.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Replygraph API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
    <link rel="icon" href="/api/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

/** A file of its own: inline scripts are forbidden by our Content-Security-Policy. */
const START_SCRIPT = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true });
`;

/** The OpenAPI document and a page to browse it, all from this server. */
export function apiDocs(routes: RouteSpec[], serverUrl: () => string): Router {
  const router = express.Router();
  let text: Promise<string> | undefined;
  router.get('/api/openapi.json', async (_request, response) => {
    text ??= writeDocument(routes, serverUrl());
    response.type('application/json').send(await text);
  });
  router.get(['/api/docs', '/api/docs/index.html'], (_request, response) => {
    response.type('html').send(PAGE);
  });
  router.get('/api/docs/start.js', (_request, response) => {
    response.type('text/javascript').send(START_SCRIPT);
  });
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  router.use('/api/docs', express.static(assets, { index: false, redirect: false, maxAge: '1d' }));
  return router;
}

/** Loaded when somebody asks: most starts of the server never need it. */
async function writeDocument(routes: RouteSpec[], serverUrl: string): Promise<string> {
  const { buildOpenApi } = await import('./openapi.ts');
  return JSON.stringify(buildOpenApi(routes, serverUrl));
}
