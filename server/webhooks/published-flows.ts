import type pg from 'pg';
import type { NodeCatalogue } from '../../engine/catalogue.ts';
import { isTrigger } from '../../engine/catalogue.ts';
import type { TriggerEvent } from '../../engine/event.ts';
import type { GraphNode } from '../../engine/graph.ts';
import { graphSchema } from '../../engine/graph.ts';
import { isUuid } from '../database/id.ts';
import type { Logger } from '../log.ts';
import { LruMap } from '../lru-map.ts';
import type { ServerFilter } from './server-filters.ts';
import { serverFilterOf } from './server-filters.ts';

/** A trigger of a published version, ready to be asked. */
export type PublishedTrigger = {
  nodeId: string;
  type: string;
  config: unknown;
  matches(event: TriggerEvent): boolean;
  /** What `matches` can't decide; null where there is nothing of that kind. */
  filter: ServerFilter | null;
};

export type PublishedFlow = {
  id: string;
  workspaceId: string;
  version: number;
  orderedByContact: boolean;
  triggers: PublishedTrigger[];
};

export type PublishedFlows = {
  /** Null when there is no such flow, or it is not published. */
  get(flowId: string): Promise<PublishedFlow | null>;
  ofWorkspace(workspaceId: string): Promise<PublishedFlow[]>;
  /** A flow was published, unpublished or deleted. */
  forget(flowId: string): void;
  forgetAll(): void;
};

/** Flows kept ready in memory. */
const KEPT_FLOWS = 2_000;

/** Entries are asked anew after this, in case word of a change got lost between processes. */
const MAX_AGE_MS = 30_000;

type Cached<T> = { value: Promise<T>; until: number };

/** The published flows as webhooks need them: kept in memory, so that a webhook costs no query to find its flow. */
export function createPublishedFlows(deps: {
  pool: pg.Pool;
  catalogue: NodeCatalogue;
  log: Logger;
}): PublishedFlows {
  const flows = new LruMap<string, Cached<PublishedFlow | null>>(KEPT_FLOWS);
  const workspaces = new LruMap<string, Cached<string[]>>(KEPT_FLOWS);

  function get(flowId: string): Promise<PublishedFlow | null> {
    if (!isUuid(flowId)) return Promise.resolve(null);
    return remembered(flows, flowId.toLowerCase(), () => loadFlow(flowId));
  }

  async function loadFlow(flowId: string): Promise<PublishedFlow | null> {
    const { rows } = await deps.pool.query<FlowRow>({
      name: 'published-flow',
      text: LOAD_FLOW,
      values: [flowId],
    });
    const row = rows[0];
    if (!row) return null;
    const { nodes } = graphSchema.parse(row.graph);
    return {
      id: row.id,
      workspaceId: row.workspace_id,
      version: row.version,
      orderedByContact: row.ordered_by_contact,
      triggers: nodes.flatMap((node) => readyTrigger(node, deps.catalogue, deps.log)),
    };
  }

  async function ofWorkspace(workspaceId: string): Promise<PublishedFlow[]> {
    const ids = await remembered(workspaces, workspaceId, async () => {
      const { rows } = await deps.pool.query<{ id: string }>(
        `select id from flows where workspace_id = $1 and status = 'published' and deleted_at is null order by id`,
        [workspaceId],
      );
      return rows.map(({ id }) => id);
    });
    const found = await Promise.all(ids.map(get));
    return found.filter((flow) => flow !== null);
  }

  return {
    get,
    ofWorkspace,
    forget: (flowId) => {
      flows.delete(flowId.toLowerCase());
      workspaces.clear();
    },
    forgetAll: () => {
      flows.clear();
      workspaces.clear();
    },
  };
}

const LOAD_FLOW = `select f.id, f.workspace_id, f.ordered_by_contact, v.version, v.graph
from flows f join flow_versions v on v.flow_id = f.id and v.version = f.published_version
where f.id = $1 and f.status = 'published' and f.deleted_at is null`;

type FlowRow = {
  id: string;
  workspace_id: string;
  ordered_by_contact: boolean;
  version: number;
  graph: unknown;
};

/** The promise is kept, not its value: who forgets a flow while it loads forgets what was read before the change. */
function remembered<T>(cache: LruMap<string, Cached<T>>, key: string, load: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known && known.until > Date.now()) return known.value;
  const entry = { value: load(), until: Date.now() + MAX_AGE_MS };
  cache.set(key, entry);
  entry.value.catch(() => cache.get(key) === entry && cache.delete(key));
  return entry.value;
}

/** Disabled triggers, and those whose type or config is no longer understood, match nothing. */
function readyTrigger(node: GraphNode, catalogue: NodeCatalogue, log: Logger): PublishedTrigger[] {
  const registered = catalogue.get(node.type);
  if (!registered?.enabled || node.disabled || !isTrigger(registered)) return [];
  const config = registered.description.config.safeParse(node.config);
  if (!config.success) return [];
  const { instance } = registered;
  return [
    {
      nodeId: node.id,
      type: node.type,
      config: config.data,
      filter: serverFilterOf(config.data),
      matches: (event) => {
        try {
          return instance.matches(event, config.data);
        } catch (error) {
          log.error(
            { err: error, nodeType: node.type, nodeId: node.id },
            'A trigger failed to look at an event',
          );
          return false;
        }
      },
    },
  ];
}
