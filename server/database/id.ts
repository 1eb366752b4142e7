import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes of 256 ids: asking the system for each one takes ten times as long as making the id. */
const pool = new Uint8Array(16 * 256);
let used = pool.length;
let lastMs = 0;
let seq = 0;

/**
 * A new id: UUID version 7, so that ids of one table grow with time and indexes stay dense. Ids of one process always grow,
 * also within a millisecond and when the clock is set back.
 */
export function newId(): string {
  const random = randomBytes();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // 31 random bits: room to count up in.
    seq =
      (((random[0] ?? 0) & 0x7f) << 24) |
      ((random[1] ?? 0) << 16) |
      ((random[2] ?? 0) << 8) |
      (random[3] ?? 0);
  } else {
    seq += 1;
  }
  return v7({ random, msecs: lastMs, seq });
}

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL can compare the text with ids; it answers an error to any other. */
export const isUuid = (text: string): boolean => UUID.test(text);
