import type { Server } from 'node:http';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import type { LocalLive } from '../live/live.ts';

/** Adds how the database pools of this process stand, by the name of the pool. */
export function addPoolFigures(registry: Registry, pools: Record<string, pg.Pool>): void {
  const connections = new Gauge({
    name: 'replygraph_database_connections',
    help: 'Connections of the pool, by state.',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect: () => {
      for (const [name, pool] of Object.entries(pools)) {
        connections.set({ pool: name, state: 'in_use' }, pool.totalCount - pool.idleCount);
        connections.set({ pool: name, state: 'idle' }, pool.idleCount);
      }
    },
  });
  const add = (name: string, help: string, read: (pool: pg.Pool) => number) => {
    const gauge = new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers: [registry],
      collect: () => {
        for (const [pool, its] of Object.entries(pools)) gauge.set({ pool }, read(its));
      },
    });
  };
  add(
    'replygraph_database_connections_max',
    'Most connections that the pool opens.',
    (pool) => pool.options.max,
  );
  add('replygraph_database_waiting', 'Queries that wait for a connection.', (pool) => pool.waitingCount);
}

/** Counts who watches: connections to `/ws`, and topics that somebody has subscribed to. */
export function watchLive(registry: Registry, live: LocalLive, server: Server): LocalLive {
  let clients = 0;
  const audience = new Map<string, number>();
  addGauge(registry, 'replygraph_live_clients', 'Open WebSockets.', () => clients);
  addGauge(registry, 'replygraph_live_topics', 'Topics that somebody watches.', () => audience.size);

  server.on('upgrade', (_request, socket) => {
    clients += 1;
    socket.once('close', () => {
      clients -= 1;
    });
  });

  function change(topic: string, by: 1 | -1): void {
    const count = (audience.get(topic) ?? 0) + by;
    if (count === 0) audience.delete(topic);
    else audience.set(topic, count);
  }

  return {
    ...live,
    subscribe: (workspaceId, topic, listener) => {
      const key = `${workspaceId} ${topic}`;
      const unsubscribe = live.subscribe(workspaceId, topic, listener);
      change(key, 1);
      let isOver = false;
      return () => {
        if (!isOver) change(key, -1);
        isOver = true;
        unsubscribe();
      };
    },
  };
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
}
