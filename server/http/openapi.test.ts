import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiPath } from './openapi.ts';
import type { ApiServer } from './testing/api-server.ts';
import { startApi } from './testing/api-server.ts';

let api: ApiServer;
// biome-ignore lint/suspicious/noExplicitAny: a JSON document that the tests walk through.
let document: any;

beforeAll(async () => {
  api = await startApi();
  document = (await api.call('GET', '/api/openapi.json')).body;
});
afterAll(() => api.close());

describe('the OpenAPI document', () => {
  it('has every mounted route and the webhook calls', () => {
    expect(document.openapi).toBe('3.1.0');
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    const mounted = api.routes().map((spec) => `${spec.method} ${openApiPath(spec.path)}`);
    const webhooks = ['/webhooks/instagram/{flowId}', '/webhooks/instagram'].flatMap((path) => [
      `get ${path}`,
      `post ${path}`,
    ]);
    expect(documented.sort()).toEqual([...mounted, ...webhooks].sort());
  });

  it('describes each call completely', () => {
    const ids = new Set<string>();
    for (const [path, item] of Object.entries(document.paths)) {
      // biome-ignore lint/suspicious/noExplicitAny: see above.
      for (const operation of Object.values(item as Record<string, any>)) {
        expect(operation.summary, path).toBeTruthy();
        expect(ids.has(operation.operationId), operation.operationId).toBe(false);
        ids.add(operation.operationId);
        expect(Object.keys(operation.responses).length, path).toBeGreaterThan(0);
        const declared = (operation.parameters ?? [])
          .filter((parameter: { in: string }) => parameter.in === 'path')
          .map((parameter: { name: string }) => parameter.name);
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        expect(declared.sort(), path).toEqual(inPath.sort());
      }
    }
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references)) {
      const target = reference.split('/').reduce((node, name) => node?.[name], document);
      expect(target, reference).toBeDefined();
    }
  });

  it('is browsable without any other server', async () => {
    const page = await api.call('GET', '/api/docs');
    expect(page.status).toBe(200);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      expect(link).toMatch(/^\/api\/docs\//);
      expect((await api.call('GET', link)).status, link).toBe(200);
    }
    expect(page.text).not.toMatch(/<script>|onload=/);
  });
});
