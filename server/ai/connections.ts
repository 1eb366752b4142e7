import { NodeError } from '../../engine/errors.ts';
import { decryptToken, encryptToken, TokenCipherError } from '../accounts/token-cipher.ts';
import type { AiConnection, AiConnectionRequest, AiProviderName } from '../contract/ai.ts';
import type { Queryable } from '../flows/flow-store.ts';
import { HttpProblem } from '../http/problem.ts';
import type { AddressRules } from '../http-client/checked-lookup.ts';
import { refuseBadLiteral } from '../http-client/checked-lookup.ts';
import type { AiEnvironment } from './providers.ts';
import { isProviderName, PROVIDER_NAMES, PROVIDERS } from './providers.ts';
import { recentByWorkspace } from './recent-by-workspace.ts';

/** How a provider is reached for a workspace. */
export type Connection = {
  provider: AiProviderName;
  /** Empty where none is needed; null: the stored one can't be read. */
  apiKey: string | null;
  baseUrl: string;
  source: 'workspace' | 'environment';
  /** The address was given by people of the workspace: only public ones are reached (checked-fetch.ts). */
  isOwnUrl: boolean;
};
export type Connections = ReadonlyMap<AiProviderName, Connection>;

export type ConnectionsDeps = {
  pool: Queryable;
  config: AiEnvironment;
  encryptionKey: string;
  /** Tests: lets local addresses through. */
  addressRules?: AddressRules | undefined;
};

type Row = { provider: string; keyEncrypted: string | null; baseUrl: string | null; updatedAt: Date };

/**
 * The providers that a workspace can use: its own keys, else those of the environment. An own address never gets a key of
 * the environment.
 */
export async function connectionsOf(deps: ConnectionsDeps, workspaceId: string): Promise<Connections> {
  return toConnections(deps, await readRows(deps.pool, workspaceId));
}

/**
 * The same as it was at most a few seconds ago, for calls of models; a change in this process holds at once. Keys are
 * remembered as they are stored, encrypted.
 */
export async function recentConnectionsOf(deps: ConnectionsDeps, workspaceId: string): Promise<Connections> {
  return toConnections(deps, await recentRows.of(deps.pool, workspaceId));
}

function toConnections(deps: ConnectionsDeps, rows: ReadonlyMap<AiProviderName, Row>): Connections {
  const connections = new Map<AiProviderName, Connection>();
  for (const provider of PROVIDER_NAMES) {
    const row = rows.get(provider);
    const connection =
      (row && ownConnection(deps, provider, row)) ?? environmentConnection(deps.config, provider);
    if (connection) connections.set(provider, connection);
  }
  return connections;
}

/** @throws NodeError `model_key_unreadable` */
export function readableKey({ provider, apiKey }: Connection): string {
  if (apiKey !== null) return apiKey;
  throw new NodeError(
    'model_key_unreadable',
    `The stored key of ${PROVIDERS[provider].label} can't be decrypted: ENCRYPTION_KEY was changed. Enter the key again under Settings.`,
  );
}

/** All providers as people see them, in a fixed order. Keys are never among it. */
export async function listConnections(deps: ConnectionsDeps, workspaceId: string): Promise<AiConnection[]> {
  const rows = await readRows(deps.pool, workspaceId);
  return PROVIDER_NAMES.map((provider) => {
    const row = rows.get(provider);
    const own = row && ownConnection(deps, provider, row);
    const environment = environmentConnection(deps.config, provider);
    return {
      provider,
      source: (own ?? environment)?.source ?? null,
      hasKey: row?.keyEncrypted != null,
      isKeyReadable: own?.apiKey !== null,
      hasEnvironment: environment !== null,
      baseUrl: row?.baseUrl ?? null,
      updatedAt: row?.updatedAt.toISOString() ?? null,
    };
  });
}

/**
 * Stores a key, an address, or both. The stored key stays when none is given, but not under another address: who may
 * change the address could otherwise have the key sent to a server of theirs.
 * @throws HttpProblem 400 with the field
 */
export async function saveConnection(
  deps: ConnectionsDeps,
  workspaceId: string,
  provider: AiProviderName,
  request: AiConnectionRequest,
): Promise<void> {
  const { apiKey } = request;
  const facts = PROVIDERS[provider];
  const baseUrl = request.baseUrl ? checkBaseUrl(deps, provider, request.baseUrl) : null;
  const row = (await readRows(deps.pool, workspaceId)).get(provider);
  if (facts.baseUrl === null && baseUrl === null && environmentUrl(deps.config, provider) === null) {
    throw refused('baseUrl', `${facts.label} has no usual address. Give the one of your server.`);
  }
  if (apiKey === undefined && facts.needsKey && row?.keyEncrypted == null) {
    throw refused('apiKey', `${facts.label} needs a key.`);
  }
  if (apiKey === undefined && row?.keyEncrypted != null && row.baseUrl !== baseUrl) {
    throw refused('apiKey', 'Enter the key again when you change the address: it is sent there.');
  }
  await deps.pool.query(
    `insert into ai_connections as c (workspace_id, provider, key_encrypted, base_url) values ($1, $2, $3, $4)
     on conflict (workspace_id, provider) do update set key_encrypted = coalesce(excluded.key_encrypted, c.key_encrypted),
       base_url = excluded.base_url, updated_at = now()`,
    [workspaceId, provider, apiKey === undefined ? null : encryptToken(deps.encryptionKey, apiKey), baseUrl],
  );
  recentRows.forget(deps.pool, workspaceId);
}

/** @returns false when there was none */
export async function removeConnection(
  db: Queryable,
  workspaceId: string,
  provider: AiProviderName,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'delete from ai_connections where workspace_id = $1 and provider = $2',
    [workspaceId, provider],
  );
  recentRows.forget(db, workspaceId);
  return (rowCount ?? 0) > 0;
}

/** The address of a provider that speaks OpenAI's protocol; Ollama's is usually given without the path. */
function withPath(provider: AiProviderName, baseUrl: string): string {
  return provider === 'ollama' && !/\/v1$/.test(baseUrl) ? `${baseUrl}/v1` : baseUrl;
}

function ownConnection(deps: ConnectionsDeps, provider: AiProviderName, row: Row): Connection | null {
  const facts = PROVIDERS[provider];
  const baseUrl = row.baseUrl ?? environmentUrl(deps.config, provider) ?? facts.baseUrl;
  if (baseUrl === null || (facts.needsKey && row.keyEncrypted === null)) return null;
  return {
    provider,
    apiKey: row.keyEncrypted === null ? '' : decryptOrNull(deps.encryptionKey, row.keyEncrypted),
    baseUrl: withPath(provider, baseUrl),
    source: 'workspace',
    isOwnUrl: row.baseUrl !== null,
  };
}

function environmentConnection(config: AiEnvironment, provider: AiProviderName): Connection | null {
  const facts = PROVIDERS[provider];
  const apiKey = facts.keyVariable ? (config[facts.keyVariable] ?? '') : '';
  const baseUrl = environmentUrl(config, provider) ?? facts.baseUrl;
  if (baseUrl === null || (facts.needsKey && apiKey === '')) return null;
  return { provider, apiKey, baseUrl: withPath(provider, baseUrl), source: 'environment', isOwnUrl: false };
}

const environmentUrl = (config: AiEnvironment, provider: AiProviderName): string | null =>
  config[PROVIDERS[provider].baseUrlVariable] ?? null;

function decryptOrNull(encryptionKey: string, record: string): string | null {
  try {
    return decryptToken(encryptionKey, record);
  } catch (error) {
    if (error instanceof TokenCipherError) return null;
    throw error;
  }
}

function checkBaseUrl(deps: ConnectionsDeps, provider: AiProviderName, text: string): string {
  if (!PROVIDERS[provider].allowsOwnUrl) {
    throw refused('baseUrl', `${PROVIDERS[provider].label} has one address only. Leave it empty.`);
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw refused('baseUrl', 'An address begins with https:// or http://.');
  }
  if (url.username || url.password || url.search || url.hash) {
    throw refused('baseUrl', 'The address has no user, no ? and no #. The key has a field of its own.');
  }
  try {
    refuseBadLiteral(url, deps.addressRules ?? {});
  } catch (error) {
    throw refused('baseUrl', error instanceof NodeError ? error.message : 'This address is not allowed.');
  }
  return url.href.replace(/\/+$/, '');
}

const refused = (path: string, message: string) =>
  new HttpProblem(400, 'validation', 'Bad request', message, { errors: [{ path, message }] });

async function readRows(db: Queryable, workspaceId: string): Promise<Map<AiProviderName, Row>> {
  const { rows } = await db.query<Row>({
    name: 'ai-connections',
    text: `select provider, key_encrypted as "keyEncrypted", base_url as "baseUrl", updated_at as "updatedAt"
           from ai_connections where workspace_id = $1`,
    values: [workspaceId],
  });
  return new Map(rows.flatMap((row) => (isProviderName(row.provider) ? [[row.provider, row]] : [])));
}

const recentRows = recentByWorkspace(readRows);
