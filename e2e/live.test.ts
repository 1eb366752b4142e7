import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { chain } from './support/graphs.ts';
import type { Installation } from './support/installation.ts';
import { describeShapes, startInstallation } from './support/installation.ts';
import type { LiveClient, LiveMessage } from './support/live-client.ts';
import { openLive, ticket } from './support/live-client.ts';
import type { Owner } from './support/owner.ts';
import { setUpOwner } from './support/owner.ts';

describeShapes('live events', (shape) => {
  let installation: Installation;
  let owner: Owner;
  const clients: LiveClient[] = [];
  beforeAll(async () => {
    installation = await startInstallation(shape);
    owner = await setUpOwner(installation.url);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(() => installation.remove());

  async function connect(): Promise<LiveClient> {
    const client = await openLive(owner);
    clients.push(client);
    return client;
  }

  it('tell a flow’s run step by step, with growing numbers', async () => {
    const flow = await owner.publish('Watched', twoSteps());
    const client = await connect();
    await client.subscribe(`flow:${flow.id}`);
    const comment = await owner.comment('Watch this');
    await client.until('the end', ({ type }) => type === 'execution.finished');
    const { id } = await owner.untilHandled(flow.id, comment, 'succeeded');

    const events = client.received.filter(({ executionId }) => executionId === id);
    const told = events.map(tell);
    expect(told.slice(0, 2)).toEqual(['execution.queued', 'execution.started']);
    expect(told.at(-1)).toBe('execution.finished');
    expect(told.filter((line) => line.startsWith('step.started'))).toEqual(
      expect.arrayContaining(['step.started set', 'step.started reply']),
    );
    expect(told.filter((line) => line.startsWith('step.finished'))).toEqual([
      'step.finished comment',
      'step.finished set',
      'step.finished reply',
    ]);
    expect(told.indexOf('step.started reply')).toBeGreaterThan(told.indexOf('step.finished set'));
    expect(told.indexOf('step.finished reply')).toBeGreaterThan(told.indexOf('step.started reply'));
    const numbers = events.map(({ seq = -1 }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    for (const event of events) expect(event).toMatchObject({ flowId: flow.id, topic: `flow:${flow.id}` });
    await owner.unpublish(flow.id);
  });

  it('replay what a client has missed', async () => {
    const flow = await owner.publish('Missed', twoSteps());
    const comment = await owner.comment('Nobody is watching');
    const { id } = await owner.untilHandled(flow.id, comment, 'succeeded');

    const all = await connect();
    await all.subscribe(`execution:${id}`, 0);
    await all.until('the end', ({ type }) => type === 'execution.finished');
    expect(steps(all)).toEqual(['step.finished comment', 'step.finished set', 'step.finished reply']);

    const seen = all.received.find(({ nodeId }) => nodeId === 'set')?.seq ?? 0;
    expect(seen).toBeGreaterThan(0);
    const rest = await connect();
    await rest.subscribe(`execution:${id}`, seen);
    await rest.until('the end', ({ type }) => type === 'execution.finished');
    expect(steps(rest)).toEqual(['step.finished reply']);
    await owner.unpublish(flow.id);
  });

  it('go on after the server was killed', async () => {
    const flow = await owner.publish('Asks', approvalFlow());
    const before = await connect();
    await before.subscribe(`flow:${flow.id}`);
    const comment = await owner.comment('May I?');
    const { executionId = '' } = await before.until('approval', ({ type }) => type === 'approval.created');
    await owner.untilHandled(flow.id, comment, 'waiting');
    const seen = Math.max(...before.received.map(({ seq = 0 }) => seq));

    await installation.kill();
    await installation.start();

    const after = await connect();
    await after.subscribe(`execution:${executionId}`, seen);
    const { id } = await owner.untilApproval(executionId);
    expect((await owner.call('POST', `/api/v1/approvals/${id}/approve`, {})).status).toBe(200);
    await after.until('the end', ({ type }) => type === 'execution.finished');
    expect(after.received.map(tell)).toEqual(
      expect.arrayContaining(['approval.decided ask', 'step.finished ask', 'step.finished reply']),
    );
    const later = after.received.filter(({ type }) => type.startsWith('step.'));
    for (const { seq } of later) expect(seq).toBeGreaterThan(seen);
    await owner.unpublish(flow.id);
  });

  it('need a ticket, which opens one socket', async () => {
    const used = await ticket(owner);
    clients.push(await openLive(owner, used));
    await expect(openLive(owner, used)).rejects.toThrow(/401/);
    await expect(openLive(owner, 'guessed')).rejects.toThrow(/401/);
    const naked = new WebSocket(`${owner.url.replace('http', 'ws')}/ws`);
    await expect(new Promise((_, reject) => naked.on('error', reject))).rejects.toThrow(/401/);
  });

  it('refuse topics of nobody', async () => {
    const client = await connect();
    await expect(
      Promise.race([
        client.subscribe('flow:01890000-0000-7000-8000-000000000000'),
        client
          .until('the refusal', ({ type }) => type === 'error')
          .then(() => Promise.reject(new Error('refused'))),
      ]),
    ).rejects.toThrow('refused');
  });
});

function tell({ type, nodeId }: LiveMessage): string {
  return nodeId === undefined ? type : `${type} ${nodeId}`;
}

function steps(client: LiveClient): string[] {
  return client.received.filter(({ type }) => type.startsWith('step.')).map(tell);
}

function twoSteps() {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'set', type: 'logic.set', config: { values: [{ name: 'greeting', value: 'Hello' }] } },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: 'Hello' } },
  ]);
}

function approvalFlow() {
  return chain([
    { id: 'comment', type: 'trigger.comment' },
    { id: 'ask', type: 'people.approval', config: { text: 'Yes' }, port: 'approved' },
    { id: 'reply', type: 'instagram.reply_to_comment', config: { text: '{{ steps.ask.output.text }}' } },
  ]);
}
