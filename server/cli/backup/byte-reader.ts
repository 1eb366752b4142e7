import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Takes bytes and lines off a stream, and hashes what was taken. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #hash = createHash('sha256');
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: Readable) {
    this.#source = source.iterator()[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes. @throws Error with code SHORT where the stream ends before */
  async take(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw short();
      const part = this.#chunk.subarray(0, missing);
      this.#chunk = this.#chunk.subarray(part.length);
      this.#hash.update(part);
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  /** Up to the next newline, which is taken too. @throws Error with code SHORT where none comes within `maxBytes` */
  async line(maxBytes: number): Promise<string> {
    const parts: Buffer[] = [];
    for (let length = 0; length <= maxBytes; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) throw short();
      const newline = this.#chunk.indexOf(10);
      const part = await this.take(newline < 0 ? this.#chunk.length : newline + 1);
      parts.push(part);
      length += part.length;
      if (newline >= 0) return Buffer.concat(parts).toString('utf8').slice(0, -1);
    }
    throw short();
  }

  /** SHA-256 of everything taken so far, hex. */
  hash(): string {
    return this.#hash.copy().digest('hex');
  }

  async isAtEnd(): Promise<boolean> {
    return this.#chunk.length === 0 && !(await this.#next());
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done) return false;
    this.#chunk = value;
    return value.length > 0 || this.#next();
  }
}

const short = () => Object.assign(new Error('The bytes end too early.'), { code: 'SHORT' });
