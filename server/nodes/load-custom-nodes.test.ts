import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { CustomNodesReport } from './load-custom-nodes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/custom-nodes/discount-code.ts');
const run = promisify(execFile);

/** A folder outside of the project, as an operator's is. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'custom-nodes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Outcome = { report: CustomNodesReport; infos: NodeTypeInfo[]; result: unknown };

/**
 * Loads in a Node process of its own, as the server does: here the test runner would load the files in its own way.
 * `runType` is run once with its default config.
 */
async function load(options: {
  directory?: string;
  packagesDir?: string;
  runType?: string;
}): Promise<Outcome> {
  const script = `
    const { createBuiltinCatalogue } = await import(${JSON.stringify(join(ROOT, 'nodes/catalogue.ts'))});
    const { loadCustomNodes } = await import(${JSON.stringify(join(ROOT, 'server/nodes/load-custom-nodes.ts'))});
    const catalogue = createBuiltinCatalogue();
    const options = ${JSON.stringify(options)};
    const report = await loadCustomNodes(catalogue, { ...options, log: { info() {}, warn() {} } });
    const node = options.runType && catalogue.get(options.runType);
    const result = node && await node.instance.run({
      config: node.description.config.parse({}), flowId: 'flow-1', steps: {}, log() {},
    });
    console.log(JSON.stringify({ report, infos: catalogue.infos(), result: result ?? null }));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    maxBuffer: 10_000_000,
  });
  return JSON.parse(stdout);
}

async function write(path: string, content: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Source of a node class; `changes` replaces parts of its description. */
function nodeSource(type: string, changes = ''): string {
  return `
    import { z } from 'zod';
    export class Custom {
      static description = { type: '${type}', version: 1, category: 'other', name: 'Custom', summary: 'Does it.',
        icon: 'star', kind: 'step', config: z.object({}), outputs: [{ id: 'out' }], ${changes} };
      async run() { return { kind: 'fired', ports: ['out'], data: {} }; }
    }
  `;
}

describe('CUSTOM_NODES_DIR', () => {
  test('the example stands in the palette data and runs, from a folder outside of the project', async () => {
    await cp(EXAMPLE, join(folder, 'discount-code.ts'));

    const { report, infos, result } = await load({ directory: folder, runType: 'shop.discount_code' });

    expect(report).toEqual({ loaded: ['shop.discount_code'], failed: [] });
    expect(infos.find((info) => info.type === 'shop.discount_code')).toMatchObject({
      name: 'Discount code',
      category: 'other',
      icon: 'ticket-percent',
      outputs: [{ id: 'out' }],
      source: join(folder, 'discount-code.ts'),
      enabled: true,
      configSchema: { properties: { prefix: { title: 'Starts with', default: 'HELLO' } } },
    });
    expect(result).toMatchObject({
      kind: 'fired',
      ports: ['out'],
      data: { code: expect.stringMatching(/^HELLO-[A-Z2-9]{6}$/) },
    });
  });

  test('what does not load is named with its reason, and the rest loads', async () => {
    await write('good.mjs', nodeSource('shop.good'));
    await write('default.js', nodeSource('shop.default').replace('export class', 'export default class'));
    await write('syntax.ts', 'export class {');
    await write('throws.mjs', 'throw new Error("no database here");\n');
    await write('nothing.mjs', 'export const answer = 42;\n');
    await write('bad-icon.mjs', nodeSource('shop.icon', `icon: 'Not An Icon'`));
    await write('bad-config.mjs', nodeSource('shop.config', 'config: { text: "string" }'));
    await write('no-run.mjs', nodeSource('shop.no_run').replace('async run', 'async walk'));
    await write('no-matches.mjs', nodeSource('shop.trigger', `kind: 'trigger'`));
    await write('taken.mjs', nodeSource('ai.classify'));
    await write('good.test.ts', 'throw new Error("tests are not nodes");\n');
    await write('types.d.ts', 'export {};\n');
    await write('notes.md', '# Notes\n');

    const { report } = await load({ directory: folder });

    expect(report.loaded).toEqual(['shop.default', 'shop.good']);
    const reasons = Object.fromEntries(
      report.failed.map(({ file, reason }) => [file.slice(folder.length + 1), reason]),
    );
    expect(reasons).toEqual({
      'syntax.ts': expect.any(String),
      'throws.mjs': 'no database here',
      'nothing.mjs': 'it exports no class with a static description',
      'bad-icon.mjs': expect.stringContaining('description.icon: use the name of a Lucide icon'),
      'bad-config.mjs': expect.stringContaining('description.config: must be a zod schema of an object'),
      'no-run.mjs': 'Custom: the class has no run method',
      'no-matches.mjs': 'Custom: a trigger needs a matches method',
      'taken.mjs': expect.stringContaining('"ai.classify"'),
    });
    expect(report.failed.every(({ reason }) => !reason.includes('\n'))).toBe(true);
  });

  test('a folder that is not there is reported', async () => {
    const { report } = await load({ directory: join(folder, 'missing') });
    expect(report).toEqual({
      loaded: [],
      failed: [{ file: join(folder, 'missing'), reason: expect.stringContaining("can't be read") }],
    });
  });
});

test('installed packages named replygraph-node-* are loaded, others are not', async () => {
  const manifest = (name: string, main: string) =>
    JSON.stringify({ name, version: '1.0.0', type: 'module', main });
  await write('node_modules/replygraph-node-good/package.json', manifest('replygraph-node-good', 'index.js'));
  await write('node_modules/replygraph-node-good/index.js', nodeSource('shop.packaged'));
  await write(
    'node_modules/replygraph-node-empty/package.json',
    manifest('replygraph-node-empty', 'gone.js'),
  );
  await write('node_modules/other/package.json', manifest('other', 'index.js'));
  await write('node_modules/other/index.js', nodeSource('shop.other'));

  const { report, infos } = await load({ packagesDir: join(folder, 'node_modules') });

  expect(report.loaded).toEqual(['shop.packaged']);
  expect(report.failed).toEqual([
    { file: 'replygraph-node-empty', reason: expect.stringContaining('the package has no entry') },
  ]);
  expect(infos.find(({ type }) => type === 'shop.packaged')?.source).toBe('replygraph-node-good');
});
