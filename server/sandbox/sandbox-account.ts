import { createHash, createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { encryptToken } from '../accounts/token-cipher.ts';
import type { Database } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import { accounts } from '../database/schema.ts';
import type { Secrets } from '../secrets.ts';

/** Where the simulated Graph API stands in this installation; the `graph_url` of sandbox accounts. */
export const SANDBOX_GRAPH_PATH = '/sandbox/graph';

/** Ids of the platform are strings of 17 digits. */
export const newExternalId = (): string => `17${digits(15, () => randomInt(10))}`;

/** The Instagram-scoped id of a follower: the same name is the same person, different for every account. */
export function followerId(accountExternalId: string, username: string): string {
  const hash = createHash('sha256').update(`${accountExternalId}/${username.toLowerCase()}`).digest();
  return `9${digits(15, (index) => (hash[index] ?? 0) % 10)}`;
}

/** Access token of a sandbox account: proves itself, so that the simulator needs no table of tokens. */
export function sandboxToken(secrets: Pick<Secrets, 'sandboxAppSecret'>, accountExternalId: string): string {
  const proof = createHmac('sha256', secrets.sandboxAppSecret)
    .update(`token/${accountExternalId}`)
    .digest('base64url');
  return `sandbox.${accountExternalId}.${proof}`;
}

/** The account a token belongs to, or null for a token that the sandbox did not make. */
export function accountOfToken(secrets: Pick<Secrets, 'sandboxAppSecret'>, token: string): string | null {
  const externalId = /^sandbox\.(\d{5,20})\./.exec(token)?.[1];
  if (!externalId) return null;
  const expected = Buffer.from(sandboxToken(secrets, externalId));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected) ? externalId : null;
}

/** Gives a new workspace its sandbox account. */
export async function createSandboxAccount(
  db: Pick<Database, 'insert'>,
  secrets: Secrets,
  workspaceId: string,
): Promise<void> {
  const externalId = newExternalId();
  await db.insert(accounts).values({
    id: newId(),
    workspaceId,
    platform: 'instagram',
    externalId,
    username: 'your_brand',
    accessTokenEncrypted: encryptToken(secrets.encryptionKey, sandboxToken(secrets, externalId)),
    graphUrl: SANDBOX_GRAPH_PATH,
    isSandbox: true,
  });
}

function digits(count: number, digit: (index: number) => number): string {
  return Array.from({ length: count }, (_, index) => digit(index)).join('');
}
