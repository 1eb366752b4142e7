import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const FORMAT = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The stored text can't be decrypted: it was written with another ENCRYPTION_KEY, or changed since. */
export class TokenCipherError extends Error {
  override readonly name = 'TokenCipherError';
  readonly code = 'token_not_readable';
}

/**
 * Encrypts a token for the database with AES-256-GCM under a key derived (HKDF) from the installation's secret.
 * @returns `v1.<key id>.<nonce, text and tag>`; the key id tells which secret it needs and nothing about it
 */
export function encryptToken(secret: string, text: string): string {
  const { key, id } = deriveKey(secret);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(`${FORMAT}.${id}`));
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${FORMAT}.${id}.${Buffer.concat([nonce, encrypted, cipher.getAuthTag()]).toString('base64url')}`;
}

/** The text that `encryptToken` was given. @throws TokenCipherError for another secret or a changed record */
export function decryptToken(secret: string, record: string): string {
  const { key, id } = deriveKey(secret);
  const [format, keyId, payload] = record.split('.');
  if (format !== FORMAT || !keyId || !payload) {
    throw new TokenCipherError('A stored token has an unknown format. Connect the account again.');
  }
  if (keyId !== id) {
    throw new TokenCipherError(
      `A stored token was encrypted with another ENCRYPTION_KEY (key ${keyId}, this is ${id}). Put the former one into ENCRYPTION_KEY_OLD, or connect the account again.`,
    );
  }
  const bytes = Buffer.from(payload, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(`${FORMAT}.${id}`));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const encrypted = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
  } catch {
    throw new TokenCipherError('A stored token was changed in the database. Connect the account again.');
  }
}

/** Which key a record names that was encrypted with this secret; it tells nothing about the secret. */
export function keyIdOf(secret: string): string {
  return deriveKey(secret).id;
}

const derived = new Map<string, { key: Buffer; id: string }>();

/** Derived once per secret: a process has one, tests a few. */
function deriveKey(secret: string): { key: Buffer; id: string } {
  const known = derived.get(secret);
  if (known) return known;
  const key = Buffer.from(hkdfSync('sha256', secret, 'replygraph', 'access tokens v1', 32));
  const id = createHash('sha256').update('key id').update(key).digest('hex').slice(0, 8);
  const entry = { key, id };
  derived.set(secret, entry);
  return entry;
}
