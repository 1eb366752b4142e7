import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Address } from './address.ts';

/** What a server writes into `postmaster.pid` of its data folder. */
export type Postmaster = { pid: number; address: Address };

/**
 * Reads `postmaster.pid`.
 * @returns undefined where there is none or it is not written to its end yet
 */
export async function readPostmasterFile(pgData: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(pgData, 'postmaster.pid'), 'utf8').catch(() => '');
  return parsePostmasterFile(text);
}

/** Lines: pid, data folder, start time, port, socket folder, listen address, shared memory key, state. */
export function parsePostmasterFile(text: string): Postmaster | undefined {
  const [pid, , , port, socketFolder] = text.split('\n');
  if (!pid || !port || socketFolder === undefined) return undefined;
  // Negative: a server in single-user mode.
  const number = Math.abs(Number(pid));
  if (!(number > 0 && Number(port) > 0)) return undefined;
  return { pid: number, address: { port: Number(port), socketFolder: socketFolder || undefined } };
}

/**
 * Whether this process is a PostgreSQL of this data folder: its working folder tells. A process that merely got the
 * number of a dead server is not.
 */
export async function isServerOf(pid: number, pgData: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
    const name = basename(program.replace(/ \(deleted\)$/, ''));
    return folder === (await realpath(pgData).catch(() => pgData)) && name === 'postgres';
  }
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('postgres');
}

/**
 * Backends of this folder whose postmaster died and that are still in a query: they keep a new server from starting.
 * Only where /proc tells (Linux).
 */
export async function findServersOf(pgData: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => isServerOf(pid, pgData)));
  return pids.filter((_, index) => found[index]);
}

/** Whether there is a process with this number, also one that is not ours to signal. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Sends a signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}
