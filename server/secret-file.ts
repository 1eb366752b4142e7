import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';

/**
 * Makes a file that only its owner can read, unless it is there already. It is complete or not there at all, also after
 * a power cut, and of two processes that make it at once one wins.
 * @returns what the file holds now: `content`, or what somebody wrote before
 */
export async function createSecretFile(path: string, content: string): Promise<string> {
  const partial = await writePartial(path, content);
  try {
    await link(partial, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(partial, { force: true });
  }
  return readFile(path, 'utf8');
}

/** Puts other content into such a file: it holds the old or the new one, whatever happens. */
export async function replaceSecretFile(path: string, content: string): Promise<void> {
  await rename(await writePartial(path, content), path);
}

async function writePartial(path: string, content: string): Promise<string> {
  const partial = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(partial, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return partial;
}
