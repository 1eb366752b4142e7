import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWhere } from '../support/installation.ts';
import type { Stage } from '../support/stage.ts';
import { setStage } from '../support/stage.ts';
import { flawless } from '../support/tally.ts';
import { waitUntil } from '../support/wait-until.ts';

/** An empty cluster takes 40 MB, and its log some segments of 16 MB. */
const DISK = 'size=160m';

const mountOf = (folder: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', folder], { encoding: 'utf8' });

/** Tried out: whether this machine lets us mount. */
function missingMount(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'replygraph-mount-'));
  const { status, stderr } = mountOf(folder);
  if (status === 0) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return status === 0 ? null : `it needs the right to mount a small disk (${stderr?.trim()})`;
}

describeWhere('a disk that is full (embedded)', missingMount(), () => {
  let disk: string;
  let stage: Stage;
  beforeAll(async () => {
    disk = mkdtempSync(join(tmpdir(), 'replygraph-disk-'));
    expect(mountOf(disk).status).toBe(0);
    stage = await setStage('embedded', { dataDir: join(disk, 'data') });
  });
  afterAll(async () => {
    await stage?.remove();
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  it('refuses webhooks until there is room again; what was taken in ran once, and work goes on', async () => {
    const before = stage.startLoad({ name: 'before', most: 100 });
    await before.done;
    // The server tries for 15 s before it refuses: who has gone by then would see nothing of that.
    const load = stage.startLoad({ name: 'full', patienceMs: 60_000 });
    await load.untilMore(30);
    const ballast = join(disk, 'ballast');
    await fill(ballast);
    await waitUntil('a webhook is refused', () => load.refusals.some(({ status }) => status === 503), 90_000);
    await rm(ballast);
    await load.untilMore(60);
    await load.finish();
    expect(await stage.settle(load)).toEqual(flawless(load.sent.length));
    expect(await stage.settle(before)).toEqual(flawless(100));
    expect(stage.installation.processes.map((process) => process.isRunning())).toEqual([true]);
  });

  /** Writes until nothing fits any more. */
  async function fill(path: string): Promise<void> {
    const file = await open(path, 'w');
    for (const size of [1 << 20, 1 << 12]) {
      const block = Buffer.alloc(size, 1);
      while (await fits(() => file.write(block)));
    }
    await file.close();
    expect((await statfs(path)).bavail).toBe(0);
  }

  async function fits(write: () => Promise<{ bytesWritten: number }>): Promise<boolean> {
    try {
      return (await write()).bytesWritten > 0;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
      throw error;
    }
  }
});
