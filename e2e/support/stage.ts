import { z } from 'zod';
import type { GraphInput } from '../../engine/graph.ts';
import type { Flow } from '../../server/contract/shapes.ts';
import type { GraphStub } from './graph-stub.ts';
import { startGraphStub } from './graph-stub.ts';
import { chain } from './graphs.ts';
import type { Installation, InstallationOptions, Shape } from './installation.ts';
import { describeWhere, startInstallation } from './installation.ts';
import type { Load, LoadOptions } from './load.ts';
import { ANSWER, answeredBy, startLoad } from './load.ts';
import type { Owner } from './owner.ts';
import { setUpOwner } from './owner.ts';
import type { PostgresService, RedisService } from './services.ts';
import { missing, startPostgres, startRedis } from './services.ts';
import type { FoundExecution, Tally } from './tally.ts';
import { tally } from './tally.ts';
import { waitUntil } from './wait-until.ts';

/** An installation on services of its own, with a Graph API stub, an account and two published flows: all to break. */
export type Stage = {
  installation: Installation;
  /** Null on the embedded shape. */
  postgres: PostgresService | null;
  /** Null where Redis takes no part. */
  redis: RedisService | null;
  graph: GraphStub;
  owner: Owner;
  /** The flow that answers comments, and the one that answers messages. */
  flows: { comment: Flow; message: Flow };
  startLoad(options?: Partial<LoadOptions>): Load;
  /** Waits until nothing of this load is open any more, and tells how it went. */
  settle(load: Pick<Load, 'sent'>, withinMs?: number): Promise<Tally>;
  remove(): Promise<void>;
};

export const ACCOUNT = '17841400000000007';
const TOKEN = 'access-token-of-the-stub';

/** Services that the stages of a shape need and this machine does not have, in words; else null. */
export function missingFor(shapes: readonly Shape[]): string | null {
  const reasons = [
    shapes.every((shape) => shape === 'embedded') ? null : missing.postgres(),
    shapes.includes('scaled') ? missing.redis() : null,
  ];
  const missed = reasons.filter((reason) => reason !== null);
  return missed.length > 0 ? `it needs ${missed.join(' and ')}` : null;
}

/** Runs the suite on each of the shapes, where their services are installed. */
export function describeOnStage<T extends Shape>(
  title: string,
  shapes: readonly T[],
  suite: (shape: T) => void,
): void {
  for (const shape of shapes) describeWhere(`${title} (${shape})`, missingFor([shape]), () => suite(shape));
}

/** Sets a stage up: services, processes, owner, account, flows. */
export async function setStage(
  shape: Shape,
  options: Omit<InstallationOptions, 'services'> & { environment?: Record<string, string> } = {},
): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const graph = await startGraphStub(TOKEN, ACCOUNT);
  undo.defer(graph.close);
  const postgres = shape === 'embedded' ? null : await startPostgres();
  if (postgres) undo.defer(postgres.remove);
  const redis = shape === 'scaled' ? await startRedis() : null;
  if (redis) undo.defer(redis.remove);
  const environment = { INSTAGRAM_GRAPH_URL: graph.url, ...options.environment };
  const installation = await startInstallation(shape, environment, {
    ...options,
    ...(postgres && {
      services: { databaseUrl: postgres.url, ...(redis && { redisUrl: redis.url }) },
    }),
  });
  undo.defer(async () => {
    // What it holds is thrown away: no clean end, which some fault might hold up.
    await installation.kill();
    await postgres?.thaw();
    await postgres?.start();
    await installation.remove();
  });
  const owner = await setUpOwner(installation.url);
  await owner.connectAccount(ACCOUNT, TOKEN);
  const flows = {
    comment: await owner.publish('Comments', fiveNodes('comment')),
    message: await owner.publish('Messages', fiveNodes('message')),
  };
  const running = undo.move();
  return {
    installation,
    postgres,
    redis,
    graph,
    owner,
    flows,
    startLoad: (load = {}) => {
      const started = startLoad({
        account: ACCOUNT,
        urls: installation.servers.map(({ url }) => url),
        paths: { comment: `/webhooks/instagram/${flows.comment.id}` },
        people: 40,
        pauseMs: 300,
        ...load,
      });
      running.defer(async () => started.abandon());
      return started;
    },
    settle: async ({ sent }, withinMs = 200_000) => {
      await untilNothingIsOpen(installation, withinMs);
      const ids = new Set<string | null>(sent.map(({ id }) => id));
      const executions = (await findExecutions(installation)).filter(({ eventId }) => ids.has(eventId));
      const performed = graph.performed.filter(({ text }) => ids.has(answeredBy(text)));
      return tally(sent, executions, performed);
    },
    remove: () => running.disposeAsync(),
  };
}

const countRow = z.object({ count: z.number() });

/** What is still open then stands in the tally. */
function untilNothingIsOpen(installation: Installation, withinMs: number): Promise<unknown> {
  const countOpen = `select count(*)::int as count from flow_executions
    where status in ('queued', 'running', 'waiting')`;
  const ask = async () => (await installation.query(countRow, countOpen))[0]?.count === 0;
  return waitUntil('no execution is open', ask, withinMs).catch(() => undefined);
}

const executionRow = z.object({
  id: z.string(),
  dedupe_key: z.string().nullable(),
  status: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  has_uncertain_effect: z.boolean(),
});

async function findExecutions(installation: Installation): Promise<FoundExecution[]> {
  const rows = await installation.query(
    executionRow,
    `select id, dedupe_key, status, error, exists (
      select 1 from effects f where f.execution_id = e.id and f.status = 'uncertain') as has_uncertain_effect
      from flow_executions e order by seq`,
  );
  return rows.map(({ id, dedupe_key: key, status, error, has_uncertain_effect: hasUncertainEffect }) => ({
    id,
    // The key ends with the id that the platform gave it.
    eventId: key?.split(':').at(-1) ?? '',
    status,
    error,
    hasUncertainEffect,
  }));
}

/** Trigger, values, condition, condition, answer: templates, conditions and one effect at the end. */
function fiveNodes(kind: 'comment' | 'message'): GraphInput {
  const text = `{{ trigger.${kind}.text }}`;
  const when = (operator: string, compare: string) => ({
    when: { all: [{ value: text, operator, compare }] },
  });
  return chain([
    { id: 'start', type: `trigger.${kind}` },
    { id: 'values', type: 'logic.set', config: { values: [{ name: 'words', value: text }] } },
    { id: 'question', type: 'logic.condition', config: when('contains', '?'), port: 'true' },
    { id: 'nonsense', type: 'logic.condition', config: when('contains', 'nonsense'), port: 'false' },
    kind === 'comment'
      ? { id: 'answer', type: 'instagram.reply_to_comment', config: { text: ANSWER.comment } }
      : { id: 'answer', type: 'instagram.send_message', config: { text: ANSWER.message } },
  ]);
}
