import { readdir, readFile } from 'node:fs/promises';

export type Memory = { rssMb: number; pssMb: number };

/** Memory of a process on Linux; null elsewhere. PSS counts shared pages by their share. */
export async function memoryOf(pid: number): Promise<Memory | null> {
  try {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    return { rssMb: field(rollup, 'Rss'), pssMb: field(rollup, 'Pss') };
  } catch {
    return null;
  }
}

/** Memory of all processes under a process, itself left out: for the server, its embedded database. */
export async function memoryBelow(pid: number): Promise<Memory | null> {
  const memories = await Promise.all((await descendants(pid)).map(memoryOf));
  const known = memories.filter((memory) => memory !== null);
  if (known.length === 0) return null;
  return {
    rssMb: known.reduce((sum, { rssMb }) => sum + rssMb, 0),
    pssMb: known.reduce((sum, { pssMb }) => sum + pssMb, 0),
  };
}

/** CPU seconds that a process and everything under it, ended or not, have used so far. */
export async function cpuSeconds(pid: number): Promise<{ own: number; below: number }> {
  const [self, below] = await Promise.all([
    processSeconds(pid),
    descendants(pid).then((pids) => Promise.all(pids.map(processSeconds))),
  ]);
  return {
    own: self.own,
    below: below.reduce((sum, { own, ended }) => sum + own + ended, self.ended),
  };
}

/** `ended`: of children that are gone. */
async function processSeconds(pid: number): Promise<{ own: number; ended: number }> {
  try {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8'))
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return { own: (user + system) / 100, ended: (endedUser + endedSystem) / 100 };
  } catch {
    return { own: 0, ended: 0 };
  }
}

async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    parents.set(Number(entry), Number(stat.replace(/^.*\) /s, '').split(' ')[1]));
  }
  const isBelow = (candidate: number): boolean => {
    const parent = parents.get(candidate);
    return parent !== undefined && (parent === pid || (parent > 1 && isBelow(parent)));
  };
  return [...parents.keys()].filter((candidate) => candidate !== pid && isBelow(candidate));
}

function field(rollup: string, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1];
  return Math.round(Number(kilobytes ?? 0) / 102.4) / 10;
}
