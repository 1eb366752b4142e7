import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import type { Address } from './address.ts';
import { connectionUrl } from './address.ts';

/** What a server says when asked: it starts, recovers or stops (`busy`), nobody is there, our password is not its own. */
export type ServerState = 'ready' | 'busy' | 'absent' | 'wrong-password';

/** Asks a server for its state with a real connection. */
export async function probeServer(address: Address, password: string): Promise<ServerState> {
  const client = new pg.Client({
    connectionString: connectionUrl(address, { user: 'postgres', password, database: 'postgres' }),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return 'ready';
  } catch (error) {
    return stateOf(error);
  } finally {
    await client.end().catch(() => {});
  }
}

function stateOf(error: unknown): ServerState {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'absent';
  if (code === '28P01' || code === '28000') return 'wrong-password';
  // All connections are taken: it is up, and so are its users.
  if (code === '53300') return 'ready';
  return 'busy';
}

/** Whether something listens on the server's socket, whoever it is. */
export function isSocketAnswered(address: Address): Promise<boolean> {
  const { socketFolder, port } = address;
  if (socketFolder === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(join(socketFolder, `.s.PGSQL.${port}`));
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
