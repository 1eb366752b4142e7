import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type pg from 'pg';
import { createBuiltinCatalogue } from '../../../nodes/catalogue.ts';
import { createLog } from '../../log.ts';
import { signatureOf } from '../signature.ts';
import { createWebhooks } from '../webhooks.ts';

const SECRET = 'app-secret-of-the-receiver';

/** The webhooks with all built-in node types on a free port. What they start is stored and never run. */
export type Receiver = {
  /** Posts a body, signed, to the URL of the app or of a flow. Text and bytes go as they are. */
  post(body: unknown, flowId?: string): Promise<number>;
  close(): Promise<void>;
};

export async function startReceiver(pool: pg.Pool): Promise<Receiver> {
  const webhooks = createWebhooks({
    pool,
    catalogue: createBuiltinCatalogue(),
    log: createLog('error'),
    secrets: { verifyToken: 'verify', webhookSecrets: [SECRET] },
    reserve: () => null,
    onStored: () => {},
  });
  const server = createServer(express().use(webhooks.router));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    post: async (body, flowId) => {
      const bytes = Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const response = await fetch(
        `http://127.0.0.1:${port}/webhooks/instagram${flowId ? `/${flowId}` : ''}`,
        {
          method: 'POST',
          headers: { 'X-Hub-Signature-256': signatureOf(bytes, SECRET) },
          body: new Uint8Array(bytes),
        },
      );
      await response.arrayBuffer();
      return response.status;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
