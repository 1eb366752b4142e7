import type { Logger } from 'pino';
import { pino } from 'pino';

export type { Logger } from 'pino';

const SECRET_FIELDS = [
  'accessToken',
  'access_token',
  'password',
  'apiKey',
  'key',
  'secret',
  'authorization',
  'cookie',
  'token',
];

/** The process log: one JSON object a line on stdout, fields that hold secrets replaced wherever they stand. */
export function createLog(level: string): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `*.*.*.${field}`]);
  return pino({ level, base: undefined, redact: { paths, censor: '[redacted]' } });
}
