import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Owner } from './owner.ts';
import { waitUntil } from './wait-until.ts';

const messageSchema = z.object({
  type: z.string(),
  topic: z.string().optional(),
  seq: z.number().optional(),
  at: z.string().optional(),
  executionId: z.string().optional(),
  flowId: z.string().optional(),
  nodeId: z.string().optional(),
  data: z.unknown().optional(),
});
export type LiveMessage = z.output<typeof messageSchema>;

/** A client of `/ws` that keeps what it is told. */
export type LiveClient = {
  received: LiveMessage[];
  /** Resolves when the server has confirmed it. */
  subscribe(topic: string, since?: number): Promise<void>;
  until(what: string, condition: (message: LiveMessage) => boolean): Promise<LiveMessage>;
  close(): void;
};

/** Opens a WebSocket with a ticket. @throws Error when the server refuses it */
export async function openLive(owner: Owner, given?: string): Promise<LiveClient> {
  const socket = new WebSocket(
    `${owner.url.replace('http', 'ws')}/ws?ticket=${given ?? (await ticket(owner))}`,
  );
  const received: LiveMessage[] = [];
  socket.on('message', (data) => received.push(messageSchema.parse(JSON.parse(data.toString()))));
  await once(socket, 'open');
  const until: LiveClient['until'] = (what, condition) => waitUntil(what, () => received.find(condition));
  return {
    received,
    until,
    subscribe: async (topic, since) => {
      socket.send(JSON.stringify({ type: 'subscribe', topic, since }));
      await until(
        `subscribed to ${topic}`,
        (message) => message.type === 'subscribed' && message.topic === topic,
      );
    },
    close: () => socket.terminate(),
  };
}

export async function ticket(owner: Owner): Promise<string> {
  const answer = z.object({ ticket: z.string() });
  return (await owner.ask(answer, 200, 'POST', '/api/v1/ws-ticket')).ticket;
}
