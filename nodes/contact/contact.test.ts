import { describe, expect, test } from 'vitest';
import { NodeError } from '../../engine/errors.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { NodeResult, Resume } from '../../engine/node-type.ts';
import { WaitForReply } from '../logic/wait-for-reply.ts';
import { comment, firedOf, message, NOW, type RunOptions, runNode } from '../testing/run-node.ts';
import { CollectField } from './collect-field.ts';
import { ContactTag } from './tag.ts';
import { ContactUpdate } from './update.ts';

const nobody: TriggerEvent = { kind: 'schedule', at: NOW };

function reply(text: string, state?: unknown, quickReply?: string): Resume {
  const event: TriggerEvent = {
    ...message,
    at: '2026-03-02T10:05:00.000Z',
    message: { id: 'reply-1', text, attachments: [], ...(quickReply && { quickReply }) },
  };
  return { kind: 'message', event, ...(state !== undefined && { state }) };
}

const waitOf = (result: NodeResult) => (result.kind === 'wait' ? result.wait : result);

describe('logic.wait_for_reply', () => {
  test('waits for a message until its time is over', async () => {
    const { result } = await runNode(WaitForReply, { config: { timeoutHours: 2, alsoStartsFlows: true } });
    expect(waitOf(result)).toEqual({
      for: 'message',
      until: '2026-03-02T12:00:00.000Z',
      alsoStartsFlows: true,
    });
  });

  test('goes on with what was written', async () => {
    const ran = await runNode(WaitForReply, { resume: reply('Blue', undefined, 'BLUE') });
    expect(firedOf(ran)).toEqual({
      ports: ['reply'],
      data: {
        text: 'Blue',
        attachments: [],
        quickReply: 'BLUE',
        messageId: 'reply-1',
        at: '2026-03-02T10:05:00.000Z',
      },
    });
  });

  test('goes on through "timeout" by time', async () => {
    const ran = await runNode(WaitForReply, { resume: { kind: 'time', at: NOW } });
    expect(firedOf(ran)).toEqual({ ports: ['timeout'], data: {} });
  });

  test('goes on at once in a dry run', async () => {
    expect(firedOf(await runNode(WaitForReply, { dryRun: true })).ports).toEqual(['reply']);
  });
});

test.each([
  ['logic.wait_for_reply', WaitForReply],
  ['contact.update', ContactUpdate],
  ['contact.tag', ContactTag],
  ['contact.collect_field', CollectField],
])('%s refuses a flow that no person started', async (_type, nodeClass) => {
  const running = runNode(nodeClass, { trigger: nobody });
  await expect(running).rejects.toThrow(NodeError);
  await expect(running).rejects.toMatchObject({ code: 'no_contact' });
});

describe('contact.update', () => {
  test('writes and removes fields', async () => {
    const ran = await runNode(ContactUpdate, {
      config: {
        fields: [
          { name: 'city', value: '{{ trigger.comment.text }}' },
          { name: 'size', value: '{{ steps.a.output.n }}' },
        ],
        remove: ['old'],
      },
      steps: { a: { output: { n: 7 } } },
    });
    expect(ran.calls).toEqual([
      { service: 'contacts.update', request: { set: { city: 'How much is it?', size: 7 }, remove: ['old'] } },
    ]);
    expect(firedOf(ran).data).toEqual({ fields: { city: 'How much is it?', size: 7 } });
    expect(ran.effects[0]?.options.idempotent).toBe(true);
  });

  test.each([
    [{ fields: [{ name: 'a', value: 1 }], remove: ['a'] }],
    [{ fields: [{ name: '__proto__', value: 1 }] }],
    [{ fields: [{ name: 'two words', value: 1 }] }],
  ])('refuses %j', (config) => {
    expect(ContactUpdate.description.config.safeParse(config).success).toBe(false);
  });
});

test('contact.tag tidies its tags', async () => {
  const ran = await runNode(ContactTag, {
    config: {
      add: [' vip ', 'vip', '{{ trigger.from.username }}', '{{ trigger.nothing }}', 'old'],
      remove: ['old'],
    },
    answers: { contact: { tags: ['old', 'lead'] } },
  });
  expect(ran.calls).toEqual([{ service: 'contacts.tag', request: { add: ['vip', 'mia'], remove: ['old'] } }]);
  expect(firedOf(ran).data).toEqual({ tags: ['lead', 'vip', 'mia'] });
});

describe('contact.collect_field', () => {
  const collect = (options: RunOptions & { config?: Record<string, unknown> }) =>
    runNode(CollectField, { trigger: comment, ...options });
  const sent = (ran: Awaited<ReturnType<typeof collect>>) =>
    ran.calls.filter(({ service }) => service === 'instagram.sendMessage').map(({ request }) => request);

  test('asks, and waits for the answer', async () => {
    const ran = await collect({
      config: { text: 'Your mail, {{ trigger.from.username }}?', timeoutHours: 1 },
    });
    expect(sent(ran)).toEqual([{ account: 'trigger', recipientId: 'person-1', text: 'Your mail, mia?' }]);
    expect(waitOf(ran.result)).toEqual({
      for: 'message',
      until: '2026-03-02T11:00:00.000Z',
      state: { asked: ['message-1'] },
    });
  });

  test('shows the options of a choice to be tapped, and takes the tap', async () => {
    const config = { answer: { kind: 'choice', options: ['S', 'M'] }, field: 'size' };
    const quickReplies = [
      { title: 'S', payload: 'S' },
      { title: 'M', payload: 'M' },
    ];
    expect(sent(await collect({ config }))).toMatchObject([{ quickReplies }]);
    const ran = await collect({ config, resume: reply('the medium one', { asked: ['q1'] }, 'M') });
    expect(firedOf(ran)).toMatchObject({ ports: ['collected'], data: { value: 'M', field: 'size' } });
  });

  test('writes a good answer down', async () => {
    const ran = await collect({ resume: reply('It is Mia@Example.com', { asked: ['q1'] }) });
    expect(firedOf(ran)).toEqual({
      ports: ['collected'],
      data: { value: 'Mia@example.com', text: 'It is Mia@Example.com', field: 'email', tries: 1 },
    });
    expect(ran.calls).toEqual([
      { service: 'contacts.update', request: { set: { email: 'Mia@example.com' }, remove: [] } },
    ]);
  });

  test('writes nothing down without a field', async () => {
    const ran = await collect({ config: { field: '' }, resume: reply('mia@example.com', { asked: ['q1'] }) });
    expect(firedOf(ran).ports).toEqual(['collected']);
    expect(ran.calls).toEqual([]);
  });

  test('asks again in a friendly way, and waits again', async () => {
    const ran = await collect({ config: { language: 'de' }, resume: reply('nö', { asked: ['q1'] }) });
    expect(ran.effects.map(({ key }) => key)).toEqual(['ask-2']);
    expect(sent(ran)).toMatchObject([{ text: expect.stringContaining('noch einmal') }]);
    expect(waitOf(ran.result)).toMatchObject({ for: 'message', state: { asked: ['q1', 'message-1'] } });
  });

  test('gives up after as many tries as it was told', async () => {
    const ran = await collect({ config: { retries: 1 }, resume: reply('no mail', { asked: ['q1', 'q2'] }) });
    expect(firedOf(ran)).toEqual({ ports: ['failed'], data: { field: 'email', text: 'no mail', tries: 2 } });
    expect(sent(ran)).toEqual([]);
  });

  test('lets people skip', async () => {
    const ran = await collect({ resume: reply(' Skip! ', { asked: ['q1'] }) });
    expect(firedOf(ran).ports).toEqual(['skipped']);
  });

  test('goes on through "timeout" by time', async () => {
    const ran = await collect({ resume: { kind: 'time', at: NOW } });
    expect(firedOf(ran)).toEqual({ ports: ['timeout'], data: { field: 'email' } });
  });

  test.each([
    [{ kind: 'email' }],
    [{ kind: 'phone' }],
    [{ kind: 'number', min: 3 }],
    [{ kind: 'date' }],
    [{ kind: 'text' }],
    [{ kind: 'choice' }],
  ])('shows in a dry run how it would go on: %j', async (answer) => {
    const ran = await collect({ config: { answer }, dryRun: true });
    expect(firedOf(ran).ports).toEqual(['collected']);
    expect(ran.calls).toEqual([]);
  });
});
