import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { isAlive } from './database/embedded/postmaster.ts';
import { StartError } from './start-error.ts';

/** The root of this package. */
export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What the built editor is made of. */
const SOURCES = ['editor', 'engine', 'server/contract', 'vite.config.ts', 'package-lock.json'];
const NOT_BUILT = /\.test\.tsx?$/;

const stampSchema = z.object({ times: z.string(), content: z.string() });

/**
 * Builds the editor into dist/editor when it isn't there or is older than its sources. A build that is interrupted
 * leaves the former one in place. Where the build tools aren't installed (`npm ci --omit=dev`), the one that is there is
 * used as it is.
 * @param options.progress told when a build begins
 * @param options.root folder of the package
 * @param options.signal ends a build that is under way
 * @returns whether it was built now
 * @throws StartError where it can't be built
 */
export async function ensureEditorBuilt(options: {
  progress: (text: string) => void;
  root?: string;
  signal?: AbortSignal;
}): Promise<boolean> {
  const root = options.root ?? PROJECT_ROOT;
  const dist = join(root, 'dist');
  const isBuilt = existsSync(join(dist, 'editor', 'index.html'));
  if (!isViteInstalled(root)) {
    if (isBuilt) return false;
    throw new StartError(
      'The editor is not built and its build tools are not installed. Run npm ci, then npm start.',
    );
  }
  const files = await listSources(root);
  const times = fingerprint(files.map(({ path, size, mtimeMs }) => `${path}:${size}:${mtimeMs}`));
  const stamp = isBuilt ? await readStamp(dist) : undefined;
  if (stamp?.times === times) return false;
  // Other times, e.g. after a checkout, need not mean other content.
  const content = await fingerprintContent(root, files);
  const isSame = stamp?.content === content;
  if (!isSame) {
    options.progress('Building the editor (once, and after changes to it) …');
    await build(root, dist, options.signal);
  }
  await writeFile(stampPath(dist), JSON.stringify({ times, content }));
  return !isSame;
}

const stampPath = (dist: string) => join(dist, 'editor.stamp.json');

async function readStamp(dist: string): Promise<z.output<typeof stampSchema> | undefined> {
  try {
    return stampSchema.parse(JSON.parse(await readFile(stampPath(dist), 'utf8')));
  } catch {
    return undefined;
  }
}

function isViteInstalled(root: string): boolean {
  try {
    createRequire(join(root, 'package.json')).resolve('vite');
    return true;
  } catch {
    return false;
  }
}

type SourceFile = { path: string; size: number; mtimeMs: number };

async function listSources(root: string): Promise<SourceFile[]> {
  const found = await Promise.all(SOURCES.map((source) => listFiles(root, source)));
  return found.flat().toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function listFiles(root: string, source: string): Promise<SourceFile[]> {
  const info = await stat(join(root, source)).catch(() => undefined);
  if (!info) return [];
  if (info.isFile()) return [{ path: source, size: info.size, mtimeMs: info.mtimeMs }];
  const entries = await readdir(join(root, source), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !NOT_BUILT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path);
      return { path: path.slice(join(root, '/').length), size, mtimeMs };
    }),
  );
}

const fingerprint = (lines: string[]) => createHash('sha256').update(lines.join('\n')).digest('hex');

async function fingerprintContent(root: string, files: SourceFile[]): Promise<string> {
  const hashes = await Promise.all(
    files.map(async ({ path }) => `${path}:${fingerprint([await readFile(join(root, path), 'base64')])}`),
  );
  return fingerprint(hashes);
}

/** Builds beside and swaps: whoever serves dist/editor sees the former build or the new one. */
async function build(root: string, dist: string, signal: AbortSignal | undefined): Promise<void> {
  await mkdir(dist, { recursive: true });
  await removeLeftovers(dist);
  const partial = join(dist, `.editor-${process.pid}`);
  const former = join(dist, `.editor-${process.pid}-${randomBytes(4).toString('hex')}`);
  await runVite(root, partial, signal);
  await rename(join(dist, 'editor'), former).catch(() => {});
  await rename(partial, join(dist, 'editor'));
  await rm(former, { recursive: true, force: true });
}

/** Builds of processes that were interrupted. */
async function removeLeftovers(dist: string): Promise<void> {
  for (const name of await readdir(dist)) {
    const pid = /^\.editor-(\d+)/.exec(name)?.[1];
    if (pid && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
      await rm(join(dist, name), { recursive: true, force: true });
    }
  }
}

/** In a process of its own: the build takes hundreds of MB that ours would keep. */
function runVite(root: string, outDir: string, signal: AbortSignal | undefined): Promise<void> {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'editor-build-process.ts');
  const child = spawn(process.execPath, [script, root, outDir], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
    });
  }
  const stopWithUs = () => child.kill();
  process.once('exit', stopWithUs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', stopWithUs);
      if (code === 0) resolve();
      else
        reject(
          new StartError(
            `The editor could not be built: ${reasonIn(output)} Run npm run build to see it all.`,
          ),
        );
    });
  });
}

/** The first line that says what is wrong; a line before it only counts the errors. */
function reasonIn(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/build failed/i.test(line));
  const reason = lines.find((line) => /error|\[[A-Z_]+\]/i.test(line)) ?? lines[0] ?? 'no reason given.';
  return /[.!?]$/.test(reason) ? reason.slice(0, 500) : `${reason.slice(0, 500)}.`;
}
