import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { waitUntil } from './wait-until.ts';

/** A server program that a test may end in every way that a machine can, and start again. */
export type Program = {
  start(): Promise<void>;
  /** With this signal to the program itself; resolves when it and its children are gone. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** SIGKILL to it and to all its children at the same moment, as when the machine loses power. */
  kill(): Promise<void>;
  /** SIGSTOP to it and its children: connections stay open, nobody answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
};

export type ProgramOptions = {
  name: string;
  file: string;
  args: string[];
  /** What it writes goes there, and is shown when it does not start. */
  logFile: string;
  isReady: () => Promise<boolean>;
};

/** After a kill a new start may be refused until the last remains of the old one are gone. */
const STARTS_WITHIN_MS = 30_000;

/** Starts the program and waits until it is ready. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  let child = await launch(options);
  const family = async () => (hasEnded(child) ? [] : [child.pid ?? 0, ...(await childrenOf(child.pid ?? 0))]);
  return {
    start: async () => {
      if (hasEnded(child)) child = await launch(options);
    },
    end: async (signal) => {
      const pids = await family();
      for (const pid of pids) signalTo(pid, 'SIGCONT');
      signalTo(pids[0], signal);
      await untilGone(options.name, pids);
    },
    kill: async () => {
      // Held still first, so that no child is born while they are being counted.
      if (!hasEnded(child)) child.kill('SIGSTOP');
      const pids = await family();
      for (const pid of pids) signalTo(pid, 'SIGKILL');
      await untilGone(options.name, pids);
    },
    freeze: async () => {
      for (const pid of await family()) signalTo(pid, 'SIGSTOP');
    },
    thaw: async () => {
      for (const pid of (await family()).reverse()) signalTo(pid, 'SIGCONT');
    },
  };
}

async function launch(options: ProgramOptions): Promise<ChildProcess> {
  const { name, file, args, logFile, isReady } = options;
  let child: ChildProcess | undefined;
  const log = await open(logFile, 'a');
  try {
    await waitUntil(
      `${name} takes connections`,
      async () => {
        if (!child || hasEnded(child)) child = spawn(file, args, { stdio: ['ignore', log.fd, log.fd] });
        return isReady();
      },
      STARTS_WITHIN_MS,
    );
  } catch (error) {
    child?.kill('SIGKILL');
    throw new Error(`${name} did not start:\n${await readFile(logFile, 'utf8')}`, { cause: error });
  } finally {
    await log.close();
  }
  if (!child) throw new Error(`${name} was never spawned.`);
  return child;
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function childrenOf(pid: number): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list.split(' ').filter(Boolean).map(Number);
}

/** Sends a signal to a process that may be gone. */
export function signalTo(pid: number | undefined, signal: NodeJS.Signals): void {
  if (!pid) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

/** A process that nobody has buried yet (a zombie) is gone. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat === '' || /\) [ZX] /.test(stat);
}

function untilGone(name: string, pids: number[]): Promise<unknown> {
  return waitUntil(`${name} is gone`, async () => (await Promise.all(pids.map(isGone))).every(Boolean));
}

/** SIGKILL to a process that is not ours and to all its children, at the same moment. */
export async function killFamily(pid: number): Promise<void> {
  signalTo(pid, 'SIGSTOP');
  const pids = [pid, ...(await childrenOf(pid))];
  for (const member of pids) signalTo(member, 'SIGKILL');
  await untilGone(`process ${pid}`, pids);
}
