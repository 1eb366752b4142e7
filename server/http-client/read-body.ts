import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { NodeError } from '../../engine/errors.ts';

/** Reads a response body as text, in the charset that the headers name. @throws as readBodyBytes */
export async function readBody(
  body: Readable,
  headers: Record<string, string>,
  maxBytes: number,
): Promise<string> {
  return decodeText(await readBodyBytes(body, headers, maxBytes), headers['content-type']);
}

/**
 * Reads a response body. The limit holds for what comes out of the decompression, so that a small answer that unpacks to
 * gigabytes ends early.
 * @throws NodeError `too_large`, `unsupported_encoding`, `bad_encoding`
 */
export async function readBodyBytes(
  body: Readable,
  headers: Record<string, string>,
  maxBytes: number,
): Promise<Buffer> {
  const decoder = decoderFor(headers['content-encoding']);
  if (!decoder) return readBytes(body, maxBytes);

  // Either side that breaks takes the other with it, and the reader below sees why.
  body.on('error', (error) => decoder.destroy(error));
  decoder.on('error', () => body.destroy());
  body.pipe(decoder);
  try {
    return await readBytes(decoder, maxBytes);
  } catch (error) {
    if (isZlibError(error)) {
      throw new NodeError('bad_encoding', 'The answer is compressed in a way that can not be read.', {
        outcome: 'unknown',
        cause: error,
      });
    }
    throw error;
  } finally {
    body.destroy();
  }
}

async function readBytes(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    // Leaving the loop by throwing destroys the stream and with it the connection.
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function decoderFor(encoding: string | undefined): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new NodeError(
        'unsupported_encoding',
        `The answer is compressed with "${encoding}", which is not known.`,
        {
          outcome: 'unknown',
        },
      );
  }
}

function decodeText(bytes: Buffer, contentType: string | undefined): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  return decoderOf(charset).decode(bytes);
}

/** A charset that nobody knows is read as UTF-8, which most are in truth. */
function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ERR__?BROTLI|ERR_)/.test(String(error.code));
}

function tooLarge(maxBytes: number): NodeError {
  return new NodeError(
    'too_large',
    `The answer is larger than the limit of ${Math.floor(maxBytes / 1_024)} KB.`,
    {
      outcome: 'unknown',
    },
  );
}
