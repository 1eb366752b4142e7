import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBuiltinCatalogue } from '../../nodes/catalogue.ts';
import { createFakeServices } from '../../nodes/testing/fake-services.ts';
import { createContactsService } from '../contacts/contacts-service.ts';
import { templateSchema } from '../contract/shapes.ts';
import type { ServicesFor } from '../node-services.ts';
import { createTestDatabase } from '../testing/database.ts';
import { dyingPool } from './testing/dying-pool.ts';
import type { Harness, Workspace } from './testing/harness.ts';
import {
  commentDelivery,
  createWorkspace,
  deliver,
  executionsOf,
  messageDelivery,
  publishFlow,
  startProcess,
} from './testing/harness.ts';

/** The example as people get it: keyword comment → private reply → wait → collect e-mail → tag → send link. */
const { graph } = templateSchema.parse(
  JSON.parse(readFileSync(new URL('../../examples/collect-email.json', import.meta.url), 'utf8')),
);

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: pg.Pool;
let workspace: Workspace;
let running: Harness[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterAll(() => database.close());
beforeEach(async () => {
  workspace = await createWorkspace(pool);
});
afterEach(async () => {
  await Promise.all(running.map((harness) => harness.close().catch(() => {})));
  running = [];
});

/** An Instagram that outlives the processes: it keeps what it is sent and lists it again. */
function createInstagram() {
  const sent: { id: string; text: string; fromId: string; at: string }[] = [];
  const keep = (text: string) => {
    const id = `sent-${sent.length}`;
    sent.push({ id, text, fromId: workspace.accountExternalId, at: new Date().toISOString() });
    return id;
  };
  const { services } = createFakeServices();
  const servicesFor: ServicesFor = ({ workspaceId, event }) => ({
    ...services,
    instagram: {
      ...services.instagram,
      privateReply: async ({ text }) => ({ messageId: keep(text), recipientId: 'ann' }),
      sendMessage: async ({ text }) => ({ messageId: keep(text) }),
      listMessages: async () => sent.toReversed(),
    },
    contacts: createContactsService(pool, { workspaceId, event }),
  });
  return { servicesFor, texts: () => sent.map(({ text }) => text.split(/[!.?:]/, 1)[0]) };
}

async function start(on: pg.Pool, servicesFor: ServicesFor): Promise<Harness> {
  const harness = await startProcess(on, { catalogue: createBuiltinCatalogue(), servicesFor });
  running.push(harness);
  return harness;
}

const ANSWERS = ['Yes please', 'later', 'It is ann@example.com'];
const SENT = ['Hi mia', 'Great', 'Hm, that does not look like an e-mail address', 'Thank you'];

/** The flow waits for its next message, having been woken so many times. */
async function untilAsked(flowId: string, replies: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await pool.query<{ count: number }>(
        `select count(*)::int from conversations v join flow_executions e on e.id = v.waiting_execution_id
         where e.flow_id = $1 and e.status = 'waiting'
           and (select count(*) from messages m where m.execution_id = e.id) = $2`,
        [flowId, replies],
      );
      expect(rows[0]?.count).toBe(1);
    },
    { timeout: 20_000, interval: 20 },
  );
}

async function play(flowId: string, current: () => Promise<Harness>): Promise<void> {
  const comment = commentDelivery(workspace, { id: 'c1', from: 'ann', text: 'GUIDE' });
  expect((await deliver(await current(), '/webhooks/instagram', comment)).status).toBe(200);
  for (const [index, text] of ANSWERS.entries()) {
    await vi.waitFor(() => current().then(() => untilAsked(flowId, index)), { timeout: 25_000 });
    const message = messageDelivery(workspace, { id: `m${index}`, text, from: 'ann' });
    await vi.waitFor(
      async () => {
        const response = await deliver(await current(), '/webhooks/instagram', message);
        expect(response.status).toBe(200);
      },
      { timeout: 20_000 },
    );
  }
}

async function expectDone(flowId: string, texts: () => unknown[]): Promise<void> {
  await vi.waitFor(
    async () => expect((await executionsOf(pool, flowId)).map(({ status }) => status)).toEqual(['succeeded']),
    { timeout: 20_000, interval: 20 },
  );
  expect(texts()).toEqual(SENT);
  const { rows } = await pool.query(
    `select c.fields, c.tags, v.waiting_execution_id from contacts c join conversations v on v.contact_id = c.id
     where c.account_id = $1 and c.external_id = 'ann'`,
    [workspace.accountId],
  );
  expect(rows).toEqual([
    { fields: { email: 'ann@example.com' }, tags: ['newsletter'], waiting_execution_id: null },
  ]);
}

describe('the example "Collect e-mail addresses"', () => {
  it('runs over the webhook from the comment to the link', async () => {
    const flowId = await publishFlow(pool, workspace.id, graph);
    const { servicesFor, texts } = createInstagram();
    const harness = await start(pool, servicesFor);
    await play(flowId, async () => harness);
    await expectDone(flowId, texts);
  });

  const moments = Array.from({ length: 16 }, (_, index) => index + 1).flatMap((nth) => [
    { nth, moment: 'before' as const },
    { nth, moment: 'after' as const },
  ]);

  it.each(moments)(
    'killed $moment journal write $nth, ends well with everything sent once',
    async ({ nth, moment }) => {
      const flowId = await publishFlow(pool, workspace.id, graph);
      const { servicesFor, texts } = createInstagram();
      const dying = dyingPool(pool, nth, moment);
      let harness = start(dying.pool, servicesFor);
      void dying.died.then(() => {
        const dead = harness;
        harness = dead.then(async (process) => {
          await process.close().catch(() => {});
          return start(pool, servicesFor);
        });
      });
      await play(flowId, () => harness);
      await expectDone(flowId, texts);
      await harness;
    },
  );
});
