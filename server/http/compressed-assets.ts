import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { RequestHandler } from 'express';

const COMPRESS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
};
/** Best for files that are compressed once: above it takes seconds a file, below the first visit loads 10 % more. */
const BROTLI_QUALITY = 9;

/**
 * Sends text assets of a folder compressed, as the browser accepts. Each file is compressed at its first request and kept:
 * the names are hashed, so it never changes, and the whole editor is about a megabyte.
 */
export function compressedAssets(folder: string): RequestHandler {
  const kept = new Map<string, Promise<Buffer>>();
  return async (request, response, next) => {
    const name = /^\/([\w-][\w.-]*\.(?:js|css|svg))$/.exec(request.path)?.[1];
    const encoding = request.acceptsEncodings('br', 'gzip');
    if (request.method !== 'GET' || !name || (encoding !== 'br' && encoding !== 'gzip')) return next();
    const key = `${encoding}/${name}`;
    const reading = kept.get(key) ?? readFile(join(folder, name)).then(COMPRESS[encoding]);
    kept.set(key, reading);
    try {
      const bytes = await reading;
      response.vary('Accept-Encoding');
      response.setHeader('Content-Encoding', encoding);
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.type(name).send(bytes);
    } catch {
      // Not there (or not readable): the plain handler answers, and nothing is kept of made-up names.
      kept.delete(key);
      next();
    }
  };
}
