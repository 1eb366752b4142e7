import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { NodeClass } from '../../engine/node-type.ts';
import type { Logger } from '../log.ts';
import { isNodeClass, nodeClassProblem } from './check-node-class.ts';
import { registerCustomNodeImports } from './resolve-hook.ts';

const PACKAGE_PREFIX = 'replygraph-node-';

/** A module that takes longer than this to load waits for something that never comes. */
const LOAD_TIMEOUT_MS = 10_000;

export type CustomNodesReport = {
  /** Types that were added, by name. */
  loaded: string[];
  /** Files and packages that have a part which could not be used, with the reason in one line. */
  failed: { file: string; reason: string }[];
};

export type CustomNodesOptions = {
  /** CUSTOM_NODES_DIR: each .ts, .js and .mjs file in it may export node classes. */
  directory?: string;
  /** A `node_modules` folder, searched for packages named `replygraph-node-*`. */
  packagesDir?: string;
  log: Pick<Logger, 'info' | 'warn'>;
};

/**
 * Adds the node classes of a folder and of installed packages to the catalogue. What can't be used is reported with file
 * and reason; the rest is loaded. Custom code runs in this process with all its rights: it is the operator who installs it.
 */
export async function loadCustomNodes(
  catalogue: NodeCatalogue,
  options: CustomNodesOptions,
): Promise<CustomNodesReport> {
  const report: CustomNodesReport = { loaded: [], failed: [] };
  const sources = [
    ...(await filesOf(options.directory, report)),
    ...(await packagesOf(options.packagesDir, report)),
  ];
  if (sources.length > 0) registerCustomNodeImports();
  for (const source of sources) await loadSource(catalogue, source, report);

  if (report.loaded.length > 0) options.log.info({ types: report.loaded }, 'Custom nodes loaded');
  for (const { file, reason } of report.failed) {
    options.log.warn({ file, reason }, 'A custom node could not be loaded');
  }
  return report;
}

/** `label` is the file or package as people know it, `path` what is imported. */
type Source = { label: string; path: string };

async function filesOf(directory: string | undefined, report: CustomNodesReport): Promise<Source[]> {
  if (directory === undefined) return [];
  const folder = resolve(directory);
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.(ts|js|mjs)$/.test(name) && !/\.(d|test)\.ts$|\.test\.m?js$/.test(name))
      .sort()
      .map((name) => ({ label: join(folder, name), path: join(folder, name) }));
  } catch (error) {
    report.failed.push({ file: folder, reason: `the folder can't be read: ${messageOf(error)}` });
    return [];
  }
}

async function packagesOf(packagesDir: string | undefined, report: CustomNodesReport): Promise<Source[]> {
  if (packagesDir === undefined || !existsSync(packagesDir)) return [];
  const folder = resolve(packagesDir);
  const names = (await readdir(folder)).filter((name) => name.startsWith(PACKAGE_PREFIX)).sort();
  const require = createRequire(join(folder, 'replygraph.js'));
  const sources: Source[] = [];
  for (const name of names) {
    try {
      sources.push({ label: name, path: require.resolve(name) });
    } catch (error) {
      report.failed.push({ file: name, reason: `the package has no entry: ${messageOf(error)}` });
    }
  }
  return sources;
}

async function loadSource(
  catalogue: NodeCatalogue,
  source: Source,
  report: CustomNodesReport,
): Promise<void> {
  const fail = (reason: string) => report.failed.push({ file: source.label, reason });
  let exported: unknown[];
  try {
    exported = Object.values(await importWithin(LOAD_TIMEOUT_MS, source.path));
  } catch (error) {
    fail(messageOf(error));
    return;
  }
  const classes = new Set(exported.filter(isNodeClass));
  if (classes.size === 0) fail('it exports no class with a static description');
  for (const nodeClass of classes) {
    const problem = register(catalogue, nodeClass, source.label);
    if (problem === undefined) report.loaded.push(nodeClass.description.type);
    else fail(`${nodeClass.name || 'class'}: ${problem}`);
  }
}

function register(catalogue: NodeCatalogue, nodeClass: NodeClass, source: string): string | undefined {
  const problem = nodeClassProblem(nodeClass);
  if (problem !== undefined) return problem;
  try {
    catalogue.register(nodeClass, source);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function importWithin(limitMs: number, path: string): Promise<Record<string, unknown>> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`it did not finish loading within ${limitMs / 1_000} seconds`)),
    limitMs,
  );
  try {
    return await Promise.race([import(pathToFileURL(path).href), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** One line: errors of the loader bring a code frame along. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.trim();
}
