import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { ApiKey, Page, Role } from '../contract/shapes.ts';
import { newId } from '../database/id.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import type { Principal } from '../http/route.ts';

/** `rg_` and 32 random bytes: long enough that a plain SHA-256 can't be guessed backwards. */
const KEY_PATTERN = /^rg_[A-Za-z0-9_-]{43}$/;
const SHOWN_PREFIX = 'rg_'.length + 6;

/** A new key; only its hash is stored. */
export function generateApiKey(): { key: string; hash: string; prefix: string } {
  const key = `rg_${randomBytes(32).toString('base64url')}`;
  return { key, hash: hashApiKey(key), prefix: key.slice(0, SHOWN_PREFIX) };
}

/** SHA-256 in hex, as stored. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The key of an `Authorization: Bearer` header; null for anything that can't be one of ours. */
export function readBearerKey(header: string): string | null {
  const key = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  return key && KEY_PATTERN.test(key) ? key : null;
}

type KeyRow = { id: string; workspaceId: string; role: Role; name: string };

/** Finds the key that is not revoked, and notes its use, at most once a minute. */
export async function findApiKey(pool: pg.Pool, hash: string): Promise<Principal | null> {
  const { rows } = await pool.query<KeyRow & { isStale: boolean }>(
    `select id, workspace_id as "workspaceId", role, name,
            last_used_at is null or last_used_at < now() - interval '1 minute' as "isStale"
     from api_keys where key_hash = $1 and revoked_at is null`,
    [hash],
  );
  const row = rows[0];
  if (!row) return null;
  if (row.isStale) {
    await pool.query('update api_keys set last_used_at = now() where workspace_id = $1 and id = $2', [
      row.workspaceId,
      row.id,
    ]);
  }
  return { workspaceId: row.workspaceId, role: row.role, apiKeyId: row.id, name: row.name };
}

/** Stores a new key. @returns its id and the key itself, for the only time */
export async function createApiKey(
  pool: pg.Pool,
  request: {
    workspaceId: string;
    name: string;
    role: 'admin' | 'editor' | 'viewer';
    createdBy: string | undefined;
  },
): Promise<{ id: string; key: string }> {
  const id = newId();
  const { key, hash, prefix } = generateApiKey();
  await pool.query(
    `insert into api_keys (id, workspace_id, name, role, key_hash, prefix, created_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, request.workspaceId, request.name, request.role, hash, prefix, request.createdBy ?? null],
  );
  return { id, key };
}

/** Keys that work, newest first. */
export async function listApiKeys(
  pool: pg.Pool,
  workspaceId: string,
  page: { limit: number; after: PageKey | null },
): Promise<Page<ApiKey>> {
  const { rows } = await pool.query<Omit<ApiKey, 'createdAt' | 'lastUsedAt'> & ListedTimes>(
    `select id, name, role, prefix, created_at as "createdAt", last_used_at as "lastUsedAt",
            created_at::text as "cursorAt"
     from api_keys
     where workspace_id = $1 and revoked_at is null
       and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
     order by created_at desc, id desc limit $4`,
    [workspaceId, page.after?.at ?? null, page.after?.id ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, ({ id, name, role, prefix, createdAt, lastUsedAt }) => ({
    id,
    name,
    role,
    prefix,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }));
}

type ListedTimes = { createdAt: Date; lastUsedAt: Date | null; cursorAt: string };

/** Revokes a key for good. @returns its hash, for caches to forget; null when there is no such key */
export async function revokeApiKey(pool: pg.Pool, workspaceId: string, id: string): Promise<string | null> {
  const { rows } = await pool.query<{ hash: string }>(
    `update api_keys set revoked_at = now()
     where workspace_id = $1 and id = $2 and revoked_at is null
     returning key_hash as hash`,
    [workspaceId, id],
  );
  return rows[0]?.hash ?? null;
}
