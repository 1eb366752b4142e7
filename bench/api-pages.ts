import type pg from 'pg';
import { z } from 'zod';
import { percentile } from './percentile.ts';
import type { Figure } from './report.ts';

/** How often each page is asked for. */
const CALLS = 50;

/**
 * How long the pages of the API take over what is stored, asked for one after the other.
 * @param flowId the flow that has the most executions
 */
export async function measurePages(
  url: string,
  authorization: string,
  database: pg.Client,
  flowId: string,
): Promise<Figure[]> {
  const middle = await middleExecution(database);
  const cursor = Buffer.from(JSON.stringify([middle.at, middle.id])).toString('base64url');
  const pages = {
    'executions, first page': '/api/v1/executions?limit=50',
    'executions, a page in the middle': `/api/v1/executions?limit=50&cursor=${cursor}`,
    'executions of a flow, first page': `/api/v1/executions?limit=50&flowId=${flowId}`,
    'executions of a flow, a page in the middle': `/api/v1/executions?limit=50&flowId=${flowId}&cursor=${cursor}`,
    'failed executions': '/api/v1/executions?limit=50&status=failed',
    'failed executions of a flow': `/api/v1/executions?limit=50&status=failed&flowId=${flowId}`,
    'waiting executions': '/api/v1/executions?limit=50&status=waiting',
    'one execution': `/api/v1/executions/${middle.id}`,
    flows: '/api/v1/flows',
    metrics: '/metrics',
    readiness: '/readyz',
  };
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(pages)) {
    figures.push({ name: `API p95: ${name}`, value: await p95(url + path, authorization), unit: 'ms' });
  }
  return figures;
}

async function p95(address: string, authorization: string): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const begin = performance.now();
    const response = await fetch(address, { headers: { authorization } });
    await response.arrayBuffer();
    times.push(performance.now() - begin);
    if (!response.ok) throw new Error(`GET ${address} answered ${response.status}.`);
  }
  return percentile(times, 95);
}

const rowSchema = z.object({ id: z.string(), at: z.string() });

/** In the middle of all executions: half of them are newer. */
async function middleExecution(database: pg.Client): Promise<z.output<typeof rowSchema>> {
  const { rows } = await database.query(
    `select id, created_at::text as at from flow_executions order by created_at desc
     offset (select count(*) / 2 from flow_executions) limit 1`,
  );
  return rowSchema.parse(rows[0]);
}
