import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from './testing/api-server.ts';
import { startApi } from './testing/api-server.ts';

let api: ApiServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-editor-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>Editor</title>');
  await writeFile(join(folder, 'assets', 'index-abc.js'), 'start()');
  api = await startApi({ extras: { editorDir: folder } });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

describe('the editor', () => {
  it.each(['/', '/flows', '/flows/0192-x', '/executions/1', '/inbox', '/settings/keys'])(
    'is at %s',
    async (path) => {
      const answer = await api.call('GET', path);
      expect([answer.status, answer.text]).toEqual([200, '<title>Editor</title>']);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    },
  );

  it('has assets that are kept for ever', async () => {
    const answer = await api.call('GET', '/assets/index-abc.js');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  it.each(['br', 'gzip', 'identity'])('sends the same asset as %s', async (encoding) => {
    for (let visit = 0; visit < 2; visit += 1) {
      const answer = await api.call('GET', '/assets/index-abc.js', {
        headers: { 'accept-encoding': encoding },
      });
      expect(answer.text).toBe('start()');
      expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/);
      expect(answer.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
      expect(answer.headers.get('cache-control')).toContain('immutable');
    }
  });

  it.each(['/api/v2', '/webhooks/x', '/ws/x', '/assets/gone.js', '/picture.png', '/sandbox/graph/me'])(
    'is not at %s',
    async (path) => {
      expect((await api.call('GET', path)).status).toBe(404);
    },
  );

  it('does not reach out of its folder', async () => {
    for (const path of ['/..%2f..%2fetc/passwd', '/assets/..%2f..%2f..%2fetc%2fpasswd']) {
      expect((await api.call('GET', path)).text).not.toContain('root:');
    }
  });
});
