import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Where each folder may import from, besides itself. `server/contract` is the API's shapes and belongs to nobody's code. */
const ALLOWED: Record<string, string[]> = {
  engine: [],
  nodes: ['engine'],
  'server/contract': ['engine'],
  server: ['nodes', 'engine', 'server/contract'],
  editor: ['engine', 'server/contract'],
};

/** The only packages that the engine may use: it does no input or output. */
const ENGINE_PACKAGES = ['zod', 'liquidjs', 're2js'];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2]!);
}

function folderOf(file: string): string {
  return file.startsWith('server/contract/') ? 'server/contract' : file.split('/')[0]!;
}

/** Tests may look across: an example flow is run with the nodes, a node with the server. */
function filesOf(folder: string): string[] {
  return globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).filter(
    (file) => folderOf(file) === folder && !/\.test\.tsx?$|\/testing\//.test(file),
  );
}

function forbiddenImports(folder: string, files: string[]): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(root, join(root, dirname(file), name)))
      .filter((target) => ![folder, ...ALLOWED[folder]!].includes(folderOf(target)))
      .map((target) => `${file} imports ${target}`),
  );
}

describe('imports run one way', () => {
  it.each(Object.keys(ALLOWED))('in %s', (folder) => {
    expect(forbiddenImports(folder, filesOf(folder))).toEqual([]);
  });

  it('and the engine, its tests included, knows nothing of the other folders', () => {
    const files = globSync('engine/**/*.ts', { cwd: root });
    expect(files.length).toBeGreaterThan(20);
    expect(forbiddenImports('engine', files)).toEqual([]);
  });

  it('and the engine uses no package that does input or output', () => {
    const packages = filesOf('engine')
      .flatMap(importsOf)
      .filter((name) => !name.startsWith('.'));
    expect([...new Set(packages)].sort()).toEqual([...ENGINE_PACKAGES].sort());
  });

  it('and a forbidden one would be seen', () => {
    expect(forbiddenImports('server/contract', ['server/contract/shapes.ts'])).toEqual([]);
    expect(forbiddenImports('nodes', ['server/context.ts'])).not.toEqual([]);
  });
});
