import { createHmac } from 'node:crypto';

/**
 * Tells whether two keys are the same without telling the key. It stands in every backup, so that a restore can refuse
 * a wrong ENCRYPTION_KEY before it leaves access tokens that nobody can read.
 */
export function keyCheck(encryptionKey: string): string {
  return createHmac('sha256', encryptionKey).update('replygraph backup key check v1').digest('hex');
}
