import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { VARIABLES } from '../../config.ts';
import { loadSecrets } from '../../secrets.ts';
import { StartError } from '../../start-error.ts';
import { readGenerated } from '../backup/restored-secrets.ts';
import type { ConfigurationFacts, SecretFacts } from './judge-configuration.ts';

/** Secrets that only have to be hard to guess. Keys of other services are made by those. */
const SECRET_NAMES = ['APP_SECRET', 'ENCRYPTION_KEY', 'META_VERIFY_TOKEN'] as const;

/** @param config undefined where the configuration is wrong; `error` says how */
export async function gatherConfiguration(
  environment: Record<string, string | undefined>,
  config: Config | undefined,
  error: string | undefined,
): Promise<ConfigurationFacts> {
  const missing = config && config.shape !== 'embedded' ? await missingSecrets(config) : undefined;
  return {
    nodeVersion: process.versions.node,
    errors: [error, missing].filter((text) => text !== undefined),
    setNames: Object.keys(environment).filter((name) => environment[name]),
    knownNames: VARIABLES,
    secrets: SECRET_NAMES.flatMap((name) => secretFacts(name, environment[name])),
    secretsFileMode:
      config?.shape === 'embedded' ? await modeOf(join(config.DATA_DIR, 'secrets.json')) : null,
  };
}

/** The word that Meta has to say in its handshake, where it can be known without making one. */
export async function readVerifyToken(config: Config): Promise<string | undefined> {
  if (config.META_VERIFY_TOKEN || config.shape !== 'embedded') return config.META_VERIFY_TOKEN;
  return (await readGenerated(config.DATA_DIR).catch(() => null))?.verifyToken;
}

async function missingSecrets(config: Config): Promise<string | undefined> {
  try {
    await loadSecrets(config);
    return undefined;
  } catch (error) {
    if (error instanceof StartError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

function secretFacts(name: string, value: string | undefined): SecretFacts[] {
  if (!value) return [];
  return [
    {
      name,
      length: value.length,
      distinctCharacters: new Set(value).size,
      mark: createHash('sha256').update(value).digest('hex'),
      isExample: /change.?me|example|secret|password|replygraph|your[-_ ]/i.test(value),
    },
  ];
}

async function modeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => undefined);
  // Windows has no such bits.
  return found && process.platform !== 'win32' ? found.mode & 0o777 : null;
}
