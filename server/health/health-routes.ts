import { z } from 'zod';
import type { ServerContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import type { RouteSpec } from '../http/route.ts';
import { route } from '../http/route.ts';
import { createMetrics } from './metrics.ts';
import type { ReadinessCheck } from './readiness.ts';
import { checkReadiness, databaseCheck } from './readiness.ts';

/** For load balancers, container platforms and Prometheus. */
export function healthRoutes(context: ServerContext, checks: Record<string, ReadinessCheck>): RouteSpec[] {
  const all = { database: databaseCheck(context.pool), ...checks };
  const metrics = createMetrics(context.pool);
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
      summary: 'Whether it can serve: database and queue',
      tag: 'Health',
      access: 'public',
      answer: z.object({ status: z.literal('ok'), checks: z.record(z.string(), z.literal('ok')) }),
      handler: async () => {
        const results = await checkReadiness(all);
        const failed = Object.keys(results).filter((name) => results[name] !== 'ok');
        if (failed.length > 0) {
          throw new HttpProblem(503, 'not-ready', 'Not ready', `Not usable now: ${failed.join(', ')}.`);
        }
        return {
          status: 'ok' as const,
          checks: Object.fromEntries(Object.keys(all).map((name) => [name, 'ok' as const])),
        };
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      summary: 'Figures for Prometheus, as text',
      tag: 'Health',
      access: 'public',
      handler: async ({ response }) => {
        response.type('text/plain; version=0.0.4').send(await metrics());
      },
    }),
  ];
}
