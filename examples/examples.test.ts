import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isTrigger } from '../engine/catalogue.ts';
import type { TriggerEvent } from '../engine/event.ts';
import type { Graph } from '../engine/graph.ts';
import type { ExecutionEnd, StepRecord } from '../engine/journal.ts';
import type { Resume } from '../engine/node-type.ts';
import { outputPorts } from '../engine/ports.ts';
import type { FlowRun } from '../engine/testing/run-flow.ts';
import { runFlow } from '../engine/testing/run-flow.ts';
import { validateGraph } from '../engine/validate.ts';
import { createBuiltinCatalogue } from '../nodes/catalogue.ts';
import type { FakeAnswers } from '../nodes/testing/fake-services.ts';
import { createFakeServices } from '../nodes/testing/fake-services.ts';
import type { Template } from '../server/contract/shapes.ts';
import { templateSchema } from '../server/contract/shapes.ts';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const templates = new Map(files.map((name) => [name.replace('.json', ''), readTemplate(name)]));
const catalogue = createBuiltinCatalogue();

function readTemplate(name: string): Template {
  return templateSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
}

function graphOf(id: string): Graph {
  const template = templates.get(id);
  if (!template) throw new Error(`There is no example "${id}".`);
  return template.graph;
}

describe.each(files)('%s', (name) => {
  const template = readTemplate(name);
  const { graph } = template;

  test('is a valid flow', () => {
    expect(validateGraph(graph, catalogue)).toEqual([]);
  });

  test('is named after its file and says what it does', () => {
    expect(`${template.id}.json`).toBe(name);
    expect(template.description.length).toBeGreaterThan(40);
    expect(template.tags.length).toBeGreaterThan(0);
  });

  test('reads from left to right without overlaps', () => {
    const at = new Map(graph.nodes.map(({ id, position }) => [id, position]));
    const backwards = graph.edges.filter(({ source, target }) => at.get(source)!.x >= at.get(target)!.x);
    expect(backwards).toEqual([]);
    const overlaps = graph.nodes.filter((one) =>
      graph.nodes.some(
        (other) =>
          other.id < one.id &&
          Math.abs(other.position.x - one.position.x) < 260 &&
          Math.abs(other.position.y - one.position.y) < 120,
      ),
    );
    expect(overlaps).toEqual([]);
  });
});

const account = { id: 'account-1', username: 'shop', rowId: 'row-1' };
const from = { id: 'person-1', username: 'mia' };

function comment(text: string): TriggerEvent {
  return {
    kind: 'comment',
    at: '2026-01-05T12:00:00.000Z',
    account,
    from,
    comment: { id: 'comment-1', text },
  };
}

function message(text: string, changes: Partial<TriggerEvent> = {}): TriggerEvent {
  const at = '2026-01-05T12:00:00.000Z';
  return { kind: 'message', at, account, from, message: { id: 'm', text, attachments: [] }, ...changes };
}

const passages = [{ id: 'p1', documentId: 'd1', title: 'Prices', text: 'A bag costs 20 euros.', score: 1 }];
const labelled = (label: string): FakeAnswers => ({ classify: () => ({ label }) });

/** What people do, in the order in which the flow waits for them. */
type Decision = Resume | 'nobody' | { says: string };
type Outcome = { end: ExecutionEnd; run: FlowRun; done: string[] };

/**
 * Runs an example whole, from the trigger that its event starts to its end; each time it waits, the next decision wakes
 * it. `done` is what the outside world saw, in words.
 */
async function play(
  id: string,
  event: TriggerEvent,
  answers: FakeAnswers = {},
  decisions: Decision[] = [],
): Promise<Outcome> {
  const graph = graphOf(id);
  const triggerNodeId = startedTrigger(graph, event);
  if (!triggerNodeId) throw new Error(`"${id}" is not started by this event.`);
  const { services, calls } = createFakeServices(answers);
  const start = { catalogue, input: { event, triggerNodeId }, ports: { services } };

  let run = await runFlow(graph, start);
  for (const decision of decisions) {
    const waiting = [...run.journal.steps.values()].find(({ status }) => status === 'waiting');
    if (run.end.status !== 'waiting' || !waiting)
      throw new Error(`"${id}" does not wait, it ${run.end.status}.`);
    const resume = resumeOf(decision, waiting);
    run.journal.apply({ type: 'step', step: { ...waiting, resume } });
    run.journal.restart();
    run = await runFlow(graph, { ...start, journal: run.journal, clock: run.clock });
  }
  return { end: run.end, run, done: calls.flatMap(visible) };
}

function resumeOf(decision: Decision, { wait }: StepRecord): Resume {
  if (decision === 'nobody') {
    return wait?.for === 'approval'
      ? { kind: 'approval', decision: 'expired' }
      : { kind: 'time', at: '2026-01-09T12:00:00.000Z' };
  }
  if ('kind' in decision) return decision;
  const state = wait?.for === 'message' ? wait.state : undefined;
  return { kind: 'message', event: message(decision.says), state };
}

function startedTrigger(graph: Graph, event: TriggerEvent): string | undefined {
  return graph.nodes.find((node) => {
    const registered = catalogue.get(node.type);
    if (!registered || !isTrigger(registered)) return false;
    return registered.instance.matches(event, registered.description.config.parse(node.config));
  })?.id;
}

function visible({ service, request }: { service: string; request: unknown }): string[] {
  const { text, reason, commentId, recipientId } = request as Record<string, string>;
  switch (service) {
    case 'contacts.tag':
      return [`tag ${(request as { add: string[] }).add.join(', ')}`];
    case 'instagram.replyToComment':
      return [`reply to ${commentId}: ${text}`];
    case 'instagram.privateReply':
      return [`private reply to ${commentId}: ${text}`];
    case 'instagram.sendMessage':
      return [`message to ${recipientId}: ${text}`];
    case 'instagram.hideComment':
      return [`hide ${commentId}`];
    case 'people.escalate':
      return [`hand over: ${reason}`];
    default:
      return [];
  }
}

type Scene = {
  title: string;
  event: TriggerEvent;
  answers?: FakeAnswers;
  decisions?: Decision[];
  /** Beginnings of what must be seen, in any order, and nothing else. */
  seen: string[];
};

const approved: Decision = { kind: 'approval', decision: 'approved' };
const changed: Decision = { kind: 'approval', decision: 'approved', text: 'It costs 25 euros.' };
const rejected: Decision = { kind: 'approval', decision: 'rejected', reason: 'Wrong price' };

const scenes: Record<string, Scene[]> = {
  'order-status-tool': [
    {
      title: 'a call',
      event: { kind: 'call', at: '2026-01-05T12:00:00.000Z', input: { order: '17' } },
      seen: [],
    },
  ],
  'comment-auto-reply': [
    {
      title: 'praise',
      event: comment('Love it!'),
      answers: labelled('praise'),
      seen: ['reply to comment-1: Thank you so much, @mia!'],
    },
    {
      title: 'a question, approved',
      event: comment('How much?'),
      answers: { ...labelled('question'), passages, reply: () => ({ text: 'It costs 20 euros.' }) },
      decisions: [approved],
      seen: ['reply to comment-1: It costs 20 euros.'],
    },
    {
      title: 'a question, changed',
      event: comment('How much?'),
      answers: labelled('question'),
      decisions: [changed],
      seen: ['reply to comment-1: It costs 25 euros.'],
    },
    {
      title: 'a question, rejected',
      event: comment('How much?'),
      answers: labelled('question'),
      decisions: [rejected],
      seen: [],
    },
    {
      title: 'a question that nobody looks at',
      event: comment('How much?'),
      answers: labelled('question'),
      decisions: ['nobody'],
      seen: ['hand over: The question of @mia'],
    },
    {
      title: 'a complaint',
      event: comment('It broke'),
      answers: labelled('complaint'),
      seen: ['hand over: Complaint of @mia: It broke'],
    },
    { title: 'spam', event: comment('Buy followers'), answers: labelled('spam'), seen: ['hide comment-1'] },
    {
      title: 'a lead',
      event: comment('I want two'),
      answers: labelled('lead'),
      seen: ['private reply to comment-1: Hi mia'],
    },
    {
      title: 'anything else',
      event: comment('First!'),
      answers: labelled('other'),
      seen: ['reply to comment-1: Thanks for stopping by, @mia!'],
    },
  ],
  'keyword-comment-to-dm': [
    {
      title: 'the keyword',
      event: comment('LINK please'),
      seen: ['private reply to comment-1: Hi mia! Here is the guide', 'reply to comment-1: @mia sent!'],
    },
    {
      title: 'the message is refused',
      event: comment('guide'),
      answers: { failing: ['instagram.privateReply'] },
      seen: ['private reply to comment-1: Hi mia!', 'reply to comment-1: @mia please send us a message'],
    },
  ],
  'faq-answers-in-dms': [
    {
      title: 'the documents say it',
      event: message('How much?'),
      answers: { passages, reply: () => ({ text: '20 euros.', grounded: true }) },
      seen: ['message to person-1: 20 euros.'],
    },
    {
      title: 'there is nothing',
      event: message('How much?'),
      answers: { reply: () => ({ text: 'No idea.', grounded: false }) },
      seen: ['hand over: Our documents do not answer: How much?', 'message to person-1: Good question!'],
    },
    {
      title: 'what was found does not answer it',
      event: message('How much?'),
      answers: { passages, reply: () => ({ text: 'No idea.', grounded: false }) },
      seen: ['hand over: Our documents', 'message to person-1: Good question!'],
    },
  ],
  'story-mention-thanks': [
    {
      title: 'a mention',
      event: message('', { kind: 'story_mention' }),
      seen: [
        'message to person-1: Thank you for mentioning us in your story! 🧡 Here is 10 % off for you: STORY10',
      ],
    },
  ],
  'lead-qualification-by-dm': [
    {
      title: 'a buyer',
      event: message('I take three'),
      answers: labelled('buyer'),
      seen: ['message to person-1: That sounds great!', 'hand over: Wants to buy: I take three'],
    },
    {
      title: 'somebody curious',
      event: message('What do you sell?'),
      answers: labelled('curious'),
      seen: ['message to person-1: Happy that you ask!'],
    },
    {
      title: 'a partner',
      event: message('Wholesale?'),
      answers: labelled('partner'),
      seen: ['message to person-1: Thank you for your interest'],
    },
    {
      title: 'anything else',
      event: message('hm'),
      answers: labelled('other'),
      seen: ['hand over: Does not fit a category: hm'],
    },
  ],
  'price-question-with-approval': [
    {
      title: 'approved',
      event: comment('How much is it?'),
      answers: { passages, reply: () => ({ text: 'It costs 20 euros.' }) },
      decisions: [approved],
      seen: ['reply to comment-1: It costs 20 euros.'],
    },
    {
      title: 'rejected',
      event: comment('Price?'),
      decisions: [rejected],
      seen: ['hand over: Draft for @mia was rejected: Wrong price'],
    },
    {
      title: 'forgotten',
      event: comment('¿Cuánto?'),
      decisions: ['nobody'],
      seen: ['private reply to comment-1: Hi mia, thank you for asking!'],
    },
  ],
  'spam-shield': [
    { title: 'a link', event: comment('Look: https://spam.example'), seen: ['hide comment-1'] },
    { title: 'a word', event: comment('I made it with BITCOIN'), seen: ['hide comment-1'] },
    {
      title: 'the AI is sure',
      event: comment('Ask me how'),
      answers: labelled('spam'),
      seen: ['hide comment-1'],
    },
    {
      title: 'the AI is not sure',
      event: comment('Ask me how'),
      answers: { classify: () => ({ label: 'spam', confidence: 0.5 }) },
      seen: [],
    },
    { title: 'a person', event: comment('Love it'), answers: labelled('genuine'), seen: [] },
  ],
  'after-hours-answer': [
    { title: 'open: Monday at noon', event: message('Hello?'), seen: [] },
    {
      title: 'closed: Monday at ten at night',
      event: message('Hello?', { at: '2026-01-05T21:00:00.000Z' }),
      seen: [
        'message to person-1: Thank you for your message!',
        'hand over: Wrote outside of opening hours: Hello?',
      ],
    },
    {
      title: 'closed: Sunday',
      event: message('Hello?', { at: '2026-01-04T12:00:00.000Z' }),
      seen: ['message to person-1: Thank you for your message!', 'hand over: Wrote outside'],
    },
  ],
  'giveaway-entry': [
    {
      title: 'an entry',
      event: comment('Count me in!!'),
      seen: [
        'reply to comment-1: You are in, @mia! 🍀 We draw on Sunday at 8 pm.',
        'private reply to comment-1: Hi mia, you take part and can win a weekend for two.',
      ],
    },
    {
      title: 'an entry of somebody who takes no messages',
      event: comment('giveaway'),
      answers: { failing: ['instagram.privateReply'] },
      seen: ['reply to comment-1: You are in', 'private reply to comment-1: Hi mia'],
    },
  ],
  'collect-email': [
    {
      title: 'an address, at the second try',
      event: comment('GUIDE please'),
      decisions: [{ says: 'Yes' }, { says: 'sure' }, { says: 'It is mia@example.com' }],
      seen: [
        'private reply to comment-1: Hi mia! 👋 I have the guide for you.',
        'message to person-1: Great! Which e-mail address',
        'message to person-1: Hm, that does not look like an e-mail address.',
        'tag newsletter',
        'message to person-1: Thank you! 🎁 Here is the guide: https://example.com/guide?for=mia%40example.com',
      ],
    },
    {
      title: 'a person who would rather not say',
      event: comment('guide'),
      decisions: [{ says: 'Yes' }, { says: 'Skip' }],
      seen: [
        'private reply to comment-1: Hi mia!',
        'message to person-1: Great!',
        'message to person-1: No problem, here it is',
      ],
    },
    {
      title: 'no address at all',
      event: comment('guide'),
      decisions: [{ says: 'Yes' }, { says: 'a' }, { says: 'b' }, { says: 'c' }],
      seen: [
        'private reply to comment-1: Hi mia!',
        'message to person-1: Great!',
        'message to person-1: Hm',
        'message to person-1: Hm',
        'hand over: mia wants the guide, but gave no e-mail address that works: c',
      ],
    },
    {
      title: 'silence',
      event: comment('guide'),
      decisions: ['nobody'],
      seen: ['private reply to comment-1: Hi mia!', 'tag guide offered'],
    },
    {
      title: 'silence after the question',
      event: comment('guide'),
      decisions: [{ says: 'Yes' }, 'nobody'],
      seen: ['private reply to comment-1: Hi mia!', 'message to person-1: Great!', 'tag guide offered'],
    },
  ],
  'welcome-message': [
    { title: 'hello', event: message('Hello!'), seen: ['message to person-1: Hi mia! 👋'] },
    {
      title: 'hello of somebody without a name',
      event: message('hi', { from: { id: 'person-2' } }),
      seen: ['message to person-2: Hi there! 👋'],
    },
    {
      title: 'a tap',
      event: message('Get started', { kind: 'postback' }),
      seen: ['message to person-1: Hi mia! 👋'],
    },
  ],
};

test('every example is played', () => {
  expect(Object.keys(scenes).sort()).toEqual([...templates.keys()].sort());
});

describe.each(Object.entries(scenes))('%s', (id, list) => {
  test.each(list)('$title', async ({ event, answers, decisions, seen }) => {
    const { end, done } = await play(id, event, answers, decisions);
    expect(end).toEqual({ status: 'succeeded' });
    expect(done.toSorted()).toEqual(seen.toSorted().map((start) => expect.stringMatching(beginning(start))));
  });

  test('its scenes together take every connection', async () => {
    const taken = new Set<string>();
    for (const { event, answers, decisions } of list) {
      const { run } = await play(id, event, answers, decisions);
      for (const { nodeId, ports = [] } of run.journal.steps.values()) {
        for (const port of ports) taken.add(`${nodeId} ${port}`);
      }
    }
    const untaken = graphOf(id).edges.filter(
      ({ source, sourceHandle }) => !taken.has(`${source} ${sourceHandle}`),
    );
    expect(untaken).toEqual([]);
  });
});

test.each([
  ['keyword-comment-to-dm', comment('How nice')],
  ['giveaway-entry', comment('Nice window')],
  ['price-question-with-approval', comment('Priceless!')],
  ['welcome-message', message('Hello, where is my order?')],
  ['story-mention-thanks', message('Hello')],
  ['comment-auto-reply', { ...comment('Thank you!'), from: { id: 'account-1', username: 'shop' } }],
])('%s leaves other events alone', (id, event) => {
  expect(startedTrigger(graphOf(id), event)).toBeUndefined();
});

test('order-status-tool answers the flow or agent that calls it', async () => {
  const event: TriggerEvent = { kind: 'call', at: '2026-01-05T12:00:00.000Z', input: { order: '17/b' } };
  const body = JSON.stringify({ status: 'on its way' });
  const { run, done } = await play('order-status-tool', event, {
    http: { status: 200, headers: { 'content-type': 'application/json' }, body },
  });
  expect(run.step('request')?.input).toMatchObject({ url: 'https://shop.example.com/api/orders/17%2Fb' });
  expect(run.step('answer')?.output).toEqual({ answer: 'Order 17/b: on its way' });
  expect(done).toEqual([]);
});

test('comment-auto-reply does something for every label, in a fresh installation too', () => {
  const graph = graphOf('comment-auto-reply');
  const classify = graph.nodes.find(({ id }) => id === 'classify')!;
  const ports = outputPorts(catalogue.get('ai.classify')!.description, classify).map(({ id }) => id);
  const connected = graph.edges
    .filter(({ source }) => source === 'classify')
    .map(({ sourceHandle }) => sourceHandle);
  expect(connected.sort()).toEqual(ports.sort());
});

function beginning(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
