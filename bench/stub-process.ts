import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StubMessage } from './graph-stub.ts';

export type Stub = {
  address: string;
  pid: number;
  /** When each comment was answered first, in nanoseconds of `process.hrtime`. */
  repliedAt: Map<string, bigint>;
  /** Replies to a comment that had one, since this was asked last. */
  takeDuplicates(): number;
  stop(): Promise<void>;
};

/** Starts the stub of the Graph API in its own process. */
export async function startStub(): Promise<Stub> {
  const child = fork(fileURLToPath(new URL('./graph-stub.ts', import.meta.url)));
  const repliedAt = new Map<string, bigint>();
  let duplicates = 0;
  const address = Promise.withResolvers<string>();
  child.on('message', (message: StubMessage) => {
    if ('address' in message) return address.resolve(message.address);
    for (const { commentId, atNs } of message.replies) {
      if (repliedAt.has(commentId)) duplicates += 1;
      else repliedAt.set(commentId, BigInt(atNs));
    }
  });
  child.on('exit', () => address.reject(new Error('The stub of the Graph API ended.')));
  return {
    address: await address.promise,
    pid: child.pid ?? 0,
    repliedAt,
    takeDuplicates: () => {
      const taken = duplicates;
      duplicates = 0;
      return taken;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
