import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { newId } from '../../database/id.ts';
import type { GraphAccount } from '../../instagram/graph-client.ts';
import { createLog } from '../../log.ts';
import type { Secrets } from '../../secrets.ts';
import { createTestDatabase } from '../../testing/database.ts';
import { graphSimulator } from '../graph-simulator.ts';
import { createSandboxAccount, sandboxToken } from '../sandbox-account.ts';
import type { SandboxAccount } from '../sandbox-items.ts';
import { SandboxStore } from '../sandbox-store.ts';
import { WebhookDelivery } from '../webhook-delivery.ts';

export const secrets: Secrets = {
  appSecret: 'a'.repeat(32),
  encryptionKey: 'e'.repeat(32),
  verifyToken: 'verify',
  webhookSecrets: ['sandbox-secret'],
  sandboxAppSecret: 'sandbox-secret',
};

export type Received = { body: string; signature: string };

/** The simulator on a port of its own, with a webhook that remembers what it is told. Time stands where a test puts it. */
export async function startSandboxServer() {
  const database = await createTestDatabase();
  const store = new SandboxStore(database.pool);
  const received: Received[] = [];
  const state = { now: new Date(), webhookStatus: 200, slept: 0, random: 0 };
  let base = '';
  const delivery = new WebhookDelivery({
    store,
    secret: secrets.sandboxAppSecret,
    webhookUrl: () => `${base}/webhooks/instagram`,
    log: createLog('silent'),
  });
  const app = express();
  const simulator = graphSimulator({
    store,
    delivery,
    secrets,
    now: () => state.now,
    random: () => state.random,
    sleep: async (ms) => {
      state.slept += ms;
    },
  });
  app.use('/sandbox/graph', simulator);
  app.post('/webhooks/instagram', express.text({ type: '*/*' }), (request, response) => {
    if (state.webhookStatus === 200) {
      received.push({ body: request.body, signature: request.get('x-hub-signature-256') ?? '' });
    }
    response.sendStatus(state.webhookStatus);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    database,
    store,
    delivery,
    received,
    state,
    /** A workspace with its sandbox account. */
    async addAccount(): Promise<{ account: SandboxAccount; graphAccount: GraphAccount }> {
      const workspaceId = newId();
      await database.pool.query('insert into workspaces (id, name) values ($1, $2)', [workspaceId, 'Test']);
      await createSandboxAccount(database.db, secrets, workspaceId);
      const account = await store.account({ workspaceId });
      if (!account) throw new Error('no sandbox account');
      const { externalId } = account;
      const accessToken = sandboxToken(secrets, externalId);
      return { account, graphAccount: { graphUrl: `${base}/sandbox/graph`, externalId, accessToken } };
    },
    async close() {
      await delivery.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await database.close();
    },
  };
}

export type SandboxServer = Awaited<ReturnType<typeof startSandboxServer>>;
