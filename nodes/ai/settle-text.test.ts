import { describe, expect, test } from 'vitest';
import type { Resume } from '../../engine/node-type.ts';
import type { FakeAnswers } from '../testing/fake-services.ts';
import { firedOf, NOW, runNode } from '../testing/run-node.ts';
import { Agent } from './agent.ts';
import { Caption } from './caption.ts';
import { Reply } from './reply.ts';
import { Summarize } from './summarize.ts';
import { Translate } from './translate.ts';

const held = { text: 'It is 5 €.', mode: 'draft' as const, reasons: ['The price "5 €" is not known.'] };
const draft: FakeAnswers = { reply: () => held, agent: async () => held, ai: { text: held } };
const nodes = [
  ['ai.reply', Reply, {}],
  ['ai.agent', Agent, {}],
  ['ai.translate', Translate, {}],
  ['ai.summarize', Summarize, {}],
  ['ai.caption', Caption, { topic: 'Bags' }],
] as const;

describe.each(nodes)('%s', (_type, node, config) => {
  test('a text that may be sent leaves through out', async () => {
    const ran = await runNode(node, { config });
    expect(firedOf(ran)).toMatchObject({ ports: ['out'], data: { mode: 'send', reasons: [] } });
  });

  test('a draft waits for a person, who sees why', async () => {
    const ran = await runNode(node, { config, answers: draft });
    expect(ran.result).toEqual({
      kind: 'wait',
      wait: {
        for: 'approval',
        until: new Date(Date.parse(NOW) + 24 * 3_600_000).toISOString(),
        draft: held.text,
        context: expect.objectContaining({ note: held.reasons[0], message: 'How much is it?' }),
      },
    });
  });

  test.each<[string, Resume, object]>([
    [
      'approved',
      { kind: 'approval', decision: 'approved', by: 'Kim' },
      { ports: ['out'], text: 'It is 5 €.' },
    ],
    [
      'changed',
      { kind: 'approval', decision: 'approved', text: 'It is 6 €.' },
      { ports: ['out'], text: 'It is 6 €.' },
    ],
    ['emptied', { kind: 'approval', decision: 'approved', text: ' ' }, { ports: ['escalate'] }],
    ['rejected', { kind: 'approval', decision: 'rejected', by: 'Kim' }, { ports: ['escalate'] }],
    ['forgotten', { kind: 'approval', decision: 'expired' }, { ports: ['escalate'] }],
    ['woken by mistake', { kind: 'time', at: NOW }, { ports: ['escalate'] }],
  ])('%s, it goes on without asking the AI again', async (_how, resume, expected) => {
    const kept = { text: held.text, model: 'fake', reasons: held.reasons, extra: { from: 'before' } };
    const ran = await runNode(node, { config, resume, journalled: { draft: kept } });
    const { ports, data } = firedOf(ran);
    expect({ ports, ...(data as object) }).toMatchObject({ mode: 'draft', from: 'before', ...expected });
    expect(ran.calls).toEqual([]);
  });

  test('a draft that is lost is never sent', async () => {
    const resume: Resume = { kind: 'approval', decision: 'approved' };
    expect(firedOf(await runNode(node, { config, resume })).ports).toEqual(['escalate']);
  });

  test('a flow that shows every text later may go on with a draft', async () => {
    const ran = await runNode(node, { config: { ...config, drafts: 'go_on' }, answers: draft });
    expect(firedOf(ran)).toMatchObject({ ports: ['out'], data: { mode: 'draft' } });
  });

  test('what a person is to answer is in the inbox of the workspace', async () => {
    const left = { text: '', mode: 'escalate' as const, reasons: ['Complaints are for people.'] };
    const answers = { reply: () => left, agent: async () => left, ai: { text: left } };
    const ran = await runNode(node, { config, answers });
    expect(firedOf(ran).ports).toEqual(['escalate']);
    expect(ran.calls.at(-1)).toMatchObject({
      service: 'people.escalate',
      request: { executionId: 'execution-1', nodeId: 'node-1', reason: 'Complaints are for people.' },
    });
  });

  test('a dry run waits for nobody and tells nobody', async () => {
    const ran = await runNode(node, { config, answers: draft, dryRun: true });
    expect(firedOf(ran)).toMatchObject({ ports: ['out'], data: { mode: 'draft' } });
    expect(ran.calls).toHaveLength(1);
  });
});
