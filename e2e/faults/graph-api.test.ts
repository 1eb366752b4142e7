import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Execution } from '../../server/contract/shapes.ts';
import type { Mood } from '../support/graph-stub.ts';
import { overLimit } from '../support/graph-stub.ts';
import { seededRandom } from '../support/random.ts';
import type { Stage } from '../support/stage.ts';
import { ACCOUNT, describeOnStage, setStage } from '../support/stage.ts';
import { waitUntil } from '../support/wait-until.ts';
import { commentDelivery, deliver, messageDelivery } from '../support/webhook.ts';

const BUSY = { message: 'An unexpected error has occurred.', type: 'OAuthException', code: 2 };

/** Every way in which one call may go wrong, seen by the caller alike whether or not it was performed. */
const MOODS: [string, Mood][] = [true, false].flatMap((isPerformed): [string, Mood][] => {
  const fate = isPerformed ? 'performed' : 'lost';
  return [
    [`bare-500-${fate}`, { kind: 'refuse', status: 500, isPerformed }],
    [`worded-500-${fate}`, { kind: 'refuse', status: 500, error: BUSY, isPerformed }],
    [`502-${fate}`, { kind: 'refuse', status: 502, isPerformed }],
    [`half-${fate}`, { kind: 'half', isPerformed }],
    [`reset-${fate}`, { kind: 'reset', isPerformed }],
    [`slow-${fate}`, { kind: 'slow', ms: 1_500, isPerformed }],
    [`quiet-${fate}`, { kind: 'quiet', isPerformed }],
  ];
});
const LIMITS: [string, Mood][] = [
  ['429-of-the-app', overLimit(4, 1)],
  ['429-of-the-calls', overLimit(613, 3)],
];

/** One fewer than the failures in a row after which nothing is sent for a while, and then for longer and longer. */
const AT_ONCE = 4;

const inGroupsOf = <T>(size: number, items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

describeOnStage('the Graph API', ['embedded'], (shape) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(shape);
  });
  afterAll(() => stage.remove());

  async function send(kind: 'comment' | 'message', id: string): Promise<void> {
    const content = { id, text: `What about ${id}?`, from: `person-of-${id}` };
    const body = kind === 'comment' ? commentDelivery(ACCOUNT, content) : messageDelivery(ACCOUNT, content);
    expect((await deliver(stage.flows[kind].webhookUrl, body)).status).toBe(200);
  }

  async function untilEnded(kind: 'comment' | 'message', id: string): Promise<Execution> {
    return waitUntil(`the execution of ${id} has ended`, async () => {
      const found = (await stage.owner.executions(stage.flows[kind].id)).find(({ title }) =>
        title.includes(`${id}?`),
      );
      if (!found) return null;
      const execution = await stage.owner.execution(found.id);
      return ['succeeded', 'failed', 'cancelled'].includes(execution.status) && execution;
    });
  }

  const effectsOf = (id: string) => stage.graph.performedWith(`Answer to ${id}!`).length;

  it.each(inGroupsOf(AT_ONCE, [...MOODS, ...LIMITS]))(
    'in any bad mood once: what was meant to happen has happened once (%#)',
    async (...moods) => {
      const cases = (['comment', 'message'] as const).flatMap((kind) =>
        moods.map(([name, mood]) => ({ kind, id: `${kind}-${name}`, mood })),
      );
      for (const { id, mood } of cases) stage.graph.next(`Answer to ${id}!`, mood);
      await Promise.all(cases.map(({ kind, id }) => send(kind, id)));
      for (const { kind, id } of cases) {
        const { status, error } = await untilEnded(kind, id);
        expect({ id, status, error, effects: effectsOf(id) }).toEqual({
          id,
          status: 'succeeded',
          error: null,
          effects: 1,
        });
      }
    },
  );

  it('that asks to slow down more often than a step has attempts: the answer waits for its turn', async () => {
    const id = 'limited-often';
    for (let time = 0; time < 5; time++) stage.graph.next(`Answer to ${id}!`, overLimit(613, 1));
    await send('comment', id);
    expect(await untilEnded('comment', id)).toMatchObject({ status: 'succeeded', error: null });
    expect(effectsOf(id)).toBe(1);
  });

  it('that refuses for good: the run fails with the reason, and a retry in better times answers once', async () => {
    const cases: [string, Mood, string][] = [
      ['always-500', { kind: 'refuse', status: 500, error: BUSY, isPerformed: false }, 'instagram_busy'],
      ['always-reset', { kind: 'reset', isPerformed: false }, 'instagram_unreachable'],
    ];
    stage.graph.setMoods((call) => cases.find(([id]) => call.text.includes(id))?.[1] ?? null);
    await Promise.all(cases.map(([id]) => send('comment', id)));
    for (const [id, , code] of cases) {
      const failed = await untilEnded('comment', id);
      expect({ id, status: failed.status, effects: effectsOf(id) }).toEqual({
        id,
        status: 'failed',
        effects: 0,
      });
      expect(failed.error).toMatchObject({ code, message: expect.stringContaining(id) });
    }
    stage.graph.setMoods(null);
    for (const [id] of cases) {
      const { id: executionId } = await untilEnded('comment', id);
      expect(
        (await stage.owner.call('POST', `/api/v1/executions/${executionId}/retry`, {})).status,
      ).toBeLessThan(300);
      await stage.owner.untilStatus(executionId, 'succeeded');
      expect({ id, effects: effectsOf(id) }).toEqual({ id, effects: 1 });
    }
  });

  it('by chance bad to every third call under load: nobody is answered twice, and who is not is told of', async () => {
    const random = seededRandom(7);
    const choices = [...MOODS, ...LIMITS].map(([, mood]) => mood).filter(({ kind }) => kind !== 'quiet');
    stage.graph.setMoods((call) => {
      if (random() > 0.33) return null;
      const mood = choices[Math.floor(random() * choices.length)] ?? null;
      // A read can be refused or broken, never performed.
      return mood && call.kind === 'read' && mood.kind === 'slow' ? null : mood;
    });
    const load = stage.startLoad({
      most: 120,
      name: 'chance',
      paths: {
        comment: `/webhooks/instagram/${stage.flows.comment.id}`,
        message: `/webhooks/instagram/${stage.flows.message.id}`,
      },
    });
    await load.done;
    const { duplicates, executions, open, failed, lost } = await stage.settle(load);
    expect({ executions, open, duplicates }).toEqual({ executions: 120, open: [], duplicates: [] });
    // Three attempts may all go wrong; then a person is told why, and nothing was done behind their back.
    for (const reason of failed)
      expect(reason).toMatch(/instagram_(busy|unreachable|answer)|effect_uncertain/);
    expect(lost.filter((id) => !failed.some((reason) => reason.startsWith(`${id}:`)))).toEqual([]);
    stage.graph.setMoods(null);
  });
});
