import { z } from 'zod';
import type { ServerContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { addDatabaseFigures } from '../telemetry/database-figures.ts';
import { createFigures } from '../telemetry/figures.ts';
import { isSameSecret } from '../webhooks/signature.ts';
import { databaseCheck, migrationsCheck } from './database-checks.ts';
import type { Readiness, ReadinessCheck } from './readiness.ts';
import { createReadiness } from './readiness.ts';

/** What the process tells of itself beside what this folder finds out. */
export type Health = {
  /** Checks of what the process serves without, if need be. */
  helpful?: Record<string, ReadinessCheck>;
  /** True from the moment at which the process was told to stop. */
  isStopping?: () => boolean;
  /** Figures in Prometheus' text format; default those of an idle process. */
  metrics?: () => Promise<string>;
};

/**
 * For load balancers, container platforms and Prometheus.
 * @param needed checks without which nothing can be served, beside the database
 */
export function healthRoutes(
  context: ServerContext,
  needed: Record<string, ReadinessCheck>,
  { helpful = {}, isStopping = () => false, metrics = idleMetrics(context) }: Health = {},
): RouteSpec[] {
  const { pool } = context;
  const readiness = createReadiness({
    needed: { database: databaseCheck(pool), migrations: migrationsCheck(pool), ...needed },
    helpful,
  });
  return [
    route({
      method: 'get',
      path: '/healthz',
      summary: 'Whether the process lives',
      tag: 'Health',
      access: 'public',
      answer: z.object({ status: z.literal('ok') }),
      handler: () => ({ status: 'ok' as const }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      summary: 'Whether traffic should come here',
      description:
        'The database answers and has the migrations of this version. A queue that does not answer is `degraded`, and no reason to stay away: work is then taken from the database. 503 as soon as the process is told to stop.',
      tag: 'Health',
      access: 'public',
      answer: z.object({
        status: z.literal('ok'),
        checks: z.record(z.string(), z.enum(['ok', 'degraded', 'failed'])),
      }),
      handler: async () => {
        if (isStopping()) {
          throw new HttpProblem(503, 'stopping', 'Not ready', 'The process is stopping.');
        }
        const found = await readiness();
        if (!found.isReady) throw notReady(found);
        return { status: 'ok' as const, checks: found.checks };
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      summary: 'Figures for Prometheus, as text',
      description: 'With METRICS_TOKEN set it needs `Authorization: Bearer <token>`.',
      tag: 'Health',
      access: 'public',
      handler: async ({ request, response }) => {
        requireToken(context.config.METRICS_TOKEN, request.get('Authorization'));
        response.type('text/plain; version=0.0.4').send(await metrics());
      },
    }),
  ];
}

function notReady({ checks }: Readiness): HttpProblem {
  const failed = Object.keys(checks).filter((name) => checks[name] === 'failed');
  return new HttpProblem(503, 'not-ready', 'Not ready', `Not usable now: ${failed.join(', ')}.`, {
    errors: Object.entries(checks).map(([path, message]) => ({ path, message })),
  });
}

function requireToken(token: string | undefined, authorization: string | undefined): void {
  if (token === undefined) return;
  const given = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (isSameSecret(given, token)) return;
  throw new HttpProblem(401, 'wrong-token', 'Unauthorized', 'Send METRICS_TOKEN as "Authorization: Bearer".');
}

function idleMetrics({ pool }: ServerContext): () => Promise<string> {
  const figures = createFigures();
  addDatabaseFigures(figures.registry, pool);
  return figures.text;
}
