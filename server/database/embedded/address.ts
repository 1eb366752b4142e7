import { createServer } from 'node:net';

/** Where a server listens: a socket in a folder, or a port on loopback. */
export type Address = { socketFolder: string; port: number } | { socketFolder: undefined; port: number };

/** The port in the name of the socket file. */
const SOCKET_PORT = 5432;

/** A socket's path has room for 107 bytes on Linux and 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * A socket inside the data folder: nobody else can open it, and it takes no port. Where its path would be too long, or
 * has characters that PostgreSQL reads as a list, a free port on loopback.
 */
export async function chooseAddress(folder: string): Promise<Address> {
  const path = `${folder}/.s.PGSQL.${SOCKET_PORT}`;
  const fits = Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES && !/[,"]/.test(path);
  if (fits && process.platform !== 'win32') return { socketFolder: folder, port: SOCKET_PORT };
  return { socketFolder: undefined, port: await freePort() };
}

/** `postgres://` URL for `pg`. */
export function connectionUrl(
  address: Address,
  login: { user: string; password: string; database: string },
): string {
  const host = address.socketFolder === undefined ? '127.0.0.1' : encodeURIComponent(address.socketFolder);
  return `postgres://${login.user}:${login.password}@${host}:${address.port}/${login.database}`;
}

/** The part of the command line that makes the server listen there and nowhere else. */
export function addressSettings(address: Address): Record<string, string> {
  return {
    port: String(address.port),
    unix_socket_directories: address.socketFolder ?? '',
    listen_addresses: address.socketFolder === undefined ? '127.0.0.1' : '',
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
