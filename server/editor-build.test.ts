import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureEditorBuilt, PROJECT_ROOT } from './editor-build.ts';

let root: string;
let told: string[];
beforeEach(async () => {
  told = [];
  root = await mkdtemp(join(tmpdir(), 'replygraph-editor-'));
  await mkdir(join(root, 'editor'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'vite.config.ts'), 'export default {};');
  await writePage('first');
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const writePage = (title: string) =>
  writeFile(join(root, 'editor', 'index.html'), `<!doctype html><title>${title}</title>`);
const ensureBuilt = () => ensureEditorBuilt({ root, progress: (text) => told.push(text) });
const builtPage = () => readFile(join(root, 'dist', 'editor', 'index.html'), 'utf8');

test('the editor is built once, and says so', async () => {
  expect(await ensureBuilt()).toBe(true);
  expect(await builtPage()).toContain('first');

  expect(await ensureBuilt()).toBe(false);
  expect(told).toEqual([expect.stringMatching(/^Building the editor/)]);
});

test('it is built again when a source has changed', async () => {
  await ensureBuilt();
  await writePage('second');

  expect(await ensureBuilt()).toBe(true);
  expect(await builtPage()).toContain('second');
});

test('it is not built again for sources that are only newer, nor for a test', async () => {
  await ensureBuilt();
  await utimes(join(root, 'editor', 'index.html'), new Date(), new Date());
  await writeFile(join(root, 'editor', 'page.test.tsx'), '');

  expect(await ensureBuilt()).toBe(false);
});

test('a build that fails is one line, and leaves the former one', async () => {
  await ensureBuilt();
  await writeFile(
    join(root, 'editor', 'index.html'),
    '<script type="module" src="./no-such-file.ts"></script>',
  );

  await expect(ensureBuilt()).rejects.toThrow(/^The editor could not be built: .*no-such-file.*$/);
  expect(await builtPage()).toContain('first');
  await writePage('repaired');
  expect(await ensureBuilt()).toBe(true);
});

test('what an interrupted build left is removed', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  await mkdir(join(root, 'dist', `.editor-${gone}`), { recursive: true });

  await ensureBuilt();

  expect((await readdir(join(root, 'dist'))).toSorted()).toEqual(['editor', 'editor.stamp.json']);
});

test('without build tools the editor that is there is used', async () => {
  await ensureBuilt();
  await rm(join(root, 'node_modules'));
  await writePage('second');

  expect(await ensureBuilt()).toBe(false);
  expect(await builtPage()).toContain('first');
});

test('without build tools and without an editor the way out is named', async () => {
  await rm(join(root, 'node_modules'));

  await expect(ensureBuilt()).rejects.toThrow(/Run npm ci, then npm start\.$/);
});
