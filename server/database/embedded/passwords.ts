import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createSecretFile } from '../../secret-file.ts';

const passwordSchema = z.string().regex(/^[0-9a-f]{32,}$/);
const passwordsSchema = z.object({
  /** Of the superuser `postgres`; only for looking after the server. */
  postgres: passwordSchema,
  /** Of `replygraph`, the owner of our database, whom row-level policies bind. */
  replygraph: passwordSchema,
});

export type Passwords = z.output<typeof passwordsSchema>;

/**
 * The passwords of the embedded server, kept in DATA_DIR with mode 0600.
 * @returns `isNew` where they were generated now, so that a server with data doesn't know them yet
 */
export async function loadPasswords(dataDir: string): Promise<Passwords & { isNew: boolean }> {
  const path = join(dataDir, 'postgres-passwords.json');
  const stored = await readFile(path, 'utf8').catch(() => undefined);
  if (stored !== undefined) return { ...passwordsSchema.parse(JSON.parse(stored)), isNew: false };
  const generated = JSON.stringify({ postgres: newPassword(), replygraph: newPassword() });
  const kept = await createSecretFile(path, generated);
  return { ...passwordsSchema.parse(JSON.parse(kept)), isNew: kept === generated };
}

const newPassword = () => randomBytes(24).toString('hex');
