import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import type { Plan } from '../../engine/compile.ts';
import { compilePlan } from '../../engine/compile.ts';
import type { Graph } from '../../engine/graph.ts';
import { graphSchema } from '../../engine/graph.ts';
import { LruMap } from '../lru-map.ts';

/** Compiled versions kept in memory; a plan of a usual flow takes some 10 KB. */
const KEPT_PLANS = 500;

export type Plans = {
  /** The compiled graph of a version of a flow. @throws Error when there is no such version */
  ofVersion(workspaceId: string, flowId: string, version: number): Promise<Plan>;
  /** The compiled graph of a draft, not kept. */
  ofDraft(graph: Graph): Plan;
};

/** Compiles graphs, each version once: a version never changes. */
export function createPlans(pool: pg.Pool, catalogue: NodeCatalogue): Plans {
  const plans = new LruMap<string, Promise<Plan>>(KEPT_PLANS);

  async function load(workspaceId: string, flowId: string, version: number): Promise<Plan> {
    const { rows } = await pool.query<{ graph: unknown }>(
      'select graph from flow_versions where workspace_id = $1 and flow_id = $2 and version = $3',
      [workspaceId, flowId, version],
    );
    if (!rows[0]) throw new Error(`Flow ${flowId} has no version ${version}.`);
    return compilePlan(graphSchema.parse(rows[0].graph), catalogue);
  }

  return {
    ofVersion: (workspaceId, flowId, version) => {
      const key = `${workspaceId}:${flowId}:${version}`;
      const known = plans.get(key);
      if (known) return known;
      const loading = load(workspaceId, flowId, version);
      plans.set(key, loading);
      loading.catch(() => plans.delete(key));
      return loading;
    },
    ofDraft: (graph) => compilePlan(graph, catalogue),
  };
}
