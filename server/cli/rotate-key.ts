import { reencryptTokens } from '../accounts/reencrypt-tokens.ts';
import type { Config } from '../config.ts';
import { connectDatabase } from '../database/connect.ts';
import { createLog } from '../log.ts';
import { replaceGeneratedKey } from '../secrets.ts';
import { StartError } from '../start-error.ts';
import { openDatabase } from './open-database.ts';

type Keys = { current: string; old: readonly string[] };

/**
 * `rotate-key`: access tokens and keys of models are encrypted anew. The key that an embedded installation generated is
 * replaced by a new one; a key of the environment is the operator's to choose.
 * @throws StartError where the environment names no former key, or the embedded database is in use
 */
export async function runRotateKey(config: Config): Promise<string[]> {
  const encryptAnew = (keys: Keys) => reencrypt(config, keys);
  if (config.shape === 'embedded' && !config.ENCRYPTION_KEY) {
    return [
      ...report(await replaceGeneratedKey(config.DATA_DIR, encryptAnew)),
      'A new key stands in secrets.json. Backups from before need it as it was: keep them with their own secrets.',
    ];
  }
  const { ENCRYPTION_KEY: current, ENCRYPTION_KEY_OLD: old = [] } = config;
  if (!current || old.length === 0) {
    throw new StartError(
      'Set ENCRYPTION_KEY to the new key (for example to the output of: openssl rand -hex 32) and ENCRYPTION_KEY_OLD to the one of now, restart all processes with both, then run this again.',
    );
  }
  return report(await encryptAnew({ current, old }));
}

async function reencrypt(config: Config, keys: Keys): Promise<{ done: number; left: number }> {
  const log = createLog('silent');
  const database = await openDatabase(config, { isAlone: true, log });
  try {
    const { pool, close } = connectDatabase(database.url);
    try {
      return await reencryptTokens({ pool, log }, keys);
    } finally {
      await close();
    }
  } finally {
    await database.close();
  }
}

function report({ done, left }: { done: number; left: number }): string[] {
  const written = `${done} ${done === 1 ? 'secret was' : 'secrets were'} encrypted with the new key.`;
  if (left === 0) return [written, 'Nothing needs a former key any more.'];
  return [
    written,
    `${left} can be opened by no key that is known: add the former one to ENCRYPTION_KEY_OLD, or connect those accounts and enter those keys of models again.`,
  ];
}
