import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

export type CliResult = { code: number | null; stdout: string; stderr: string };

/** The real command line, with nothing of our environment but where programs are. */
export function startCli(
  given: string[],
  variables: Record<string, string> = {},
): { child: ChildProcess; exit: Promise<CliResult> } {
  const child = spawn(process.execPath, [MAIN, ...given], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    written.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    written.stderr += chunk.toString();
  });
  const exit = once(child, 'close').then(() => ({ code: child.exitCode, ...written }));
  return { child, exit };
}

export function runCli(given: string[], variables?: Record<string, string>): Promise<CliResult> {
  return startCli(given, variables).exit;
}
