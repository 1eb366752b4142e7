import { describe, expect, it } from 'vitest';
import { decryptToken, encryptToken, TokenCipherError } from './token-cipher.ts';

describe('the token cipher', () => {
  it('gives back what went in, and never the same record twice', () => {
    const [first, second] = [encryptToken('secret', 'tökén'), encryptToken('secret', 'tökén')];
    expect(first).not.toBe(second);
    expect([decryptToken('secret', first), decryptToken('secret', second)]).toEqual(['tökén', 'tökén']);
    expect(first.split('.')[1]).toBe(second.split('.')[1]);
  });

  it('names the key when it is the wrong one', () => {
    const record = encryptToken('secret', 'token');
    expect(() => decryptToken('other', record)).toThrow(/another ENCRYPTION_KEY/);
  });

  it('refuses a record that was changed, anywhere', () => {
    const record = encryptToken('secret', 'token');
    const [format, id, payload = ''] = record.split('.');
    const bytes = Buffer.from(payload, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index]! ^= 1;
      expect(() => decryptToken('secret', `${format}.${id}.${changed.toString('base64url')}`)).toThrow(
        TokenCipherError,
      );
    }
    for (const broken of ['', 'v1', `v1.${id}.`, `v1.${id}.AA`, `v2.${id}.${payload}`]) {
      expect(() => decryptToken('secret', broken)).toThrow(TokenCipherError);
    }
  });
});
