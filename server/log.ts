import type { Logger } from 'pino';
import { pino, stdSerializers } from 'pino';

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

/**
 * The process log: one JSON object a line, fields that hold secrets replaced wherever they stand.
 * @param fileDescriptor 1 for stdout, 2 for stderr
 */
export function createLog(level: string, fileDescriptor: 1 | 2 = 1): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `*.*.*.${field}`]);
  return pino(
    { level, base: undefined, serializers: { err: logError }, redact: { paths, censor: '[redacted]' } },
    pino.destination({ dest: fileDescriptor, sync: true }),
  );
}

/** An error without the objects that drivers hang on it (a whole database client, a request), which may hold secrets. */
function logError(error: Error): unknown {
  const serialised = stdSerializers.errWithCause(error);
  return Object.fromEntries(
    Object.entries(serialised).filter(([key, value]) => key === 'cause' || typeof value !== 'object'),
  );
}
