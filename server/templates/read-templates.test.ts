import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testGraph } from '../http/testing/catalogue.ts';
import { readTemplates } from './read-templates.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replygraph-templates-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('templates', () => {
  it('are the JSON files of the folder, by name', async () => {
    for (const id of ['b', 'a']) {
      const template = { id, name: id, description: '', tags: [], graph: testGraph('x') };
      await writeFile(join(folder, `${id}.json`), JSON.stringify(template));
    }
    await writeFile(join(folder, 'notes.md'), '# Notes');
    expect((await readTemplates(folder)).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('name the file that is none', async () => {
    await writeFile(join(folder, 'broken.json'), '{"id":');
    await expect(readTemplates(folder)).rejects.toThrow(/broken\.json/);
  });
});
