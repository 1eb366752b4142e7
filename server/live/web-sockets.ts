import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { ClientMessage, ServerMessage } from '../contract/live.ts';
import { clientMessageSchema } from '../contract/live.ts';
import type { Principal } from '../http/route.ts';
import type { Logger } from '../log.ts';
import { parseJson } from '../parse-json.ts';
import type { LocalLive } from './live.ts';
import type { SocketLimits } from './socket-places.ts';
import { createSocketPlaces, SOCKET_LIMITS } from './socket-places.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createSubscriptions, MAX_BUFFERED_BYTES } from './subscriptions.ts';
import type { Tickets } from './tickets.ts';

const PATH = '/ws';

/** A client's messages are a few words. */
const MAX_MESSAGE_BYTES = 4 * 1024;

/** Messages of one client that may wait for the database at once. */
const MAX_UNANSWERED = 50;

/**
 * A client that has not answered one of these when the next is due is gone, or so slow that it is as good as gone: the
 * answer has to wait until it has read all that it was sent before.
 */
const HEARTBEAT_MS = 30_000;

/** Close codes (RFC 6455, section 7.4.1, and its IANA registry). */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

export type WebSocketDeps = {
  server: Server;
  /** Who holds the session cookie of the request. */
  authenticate: (request: IncomingMessage) => Promise<Principal | null>;
  tickets: Tickets;
  live: LocalLive;
  pool: pg.Pool;
  log: Logger;
  /** Origins of the editor beside the one that the request was sent to, e.g. `https://flows.example.com`. */
  allowedOrigins: () => string[];
  limits?: SocketLimits;
  heartbeatMs?: number;
};

/** Serves `/ws` (DESIGN 7) on the server's upgrades. The answer closes all sockets. */
export function attachWebSockets(deps: WebSocketDeps): { close(): Promise<void> } {
  const { server, log } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Compressing costs some 300 KB and a pass over every event for each client; all of them share the bytes now.
    perMessageDeflate: false,
  });
  const places = createSocketPlaces(deps.limits ?? SOCKET_LIMITS);
  const alive = new WeakSet<WebSocket>();
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, deps.heartbeatMs ?? HEARTBEAT_MS);
  heartbeat.unref();

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (!isAllowedOrigin(request, deps.allowedOrigins())) return refuse(socket, '403 Forbidden');
    const ticket = urlOf(request)?.searchParams.get('ticket');
    const principal = await (ticket ? deps.tickets.redeem(ticket) : deps.authenticate(request));
    if (!principal) return refuse(socket, '401 Unauthorized');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const place = places.sit(principal);
      // Said in the WebSocket, for a browser does not show its page why an upgrade was refused.
      if ('refusal' in place) return webSocket.close(TRY_AGAIN_LATER, place.refusal);
      webSocket.on('close', place.leave);
      alive.add(webSocket);
      webSocket.on('pong', () => alive.add(webSocket));
      serve(deps, webSocket, principal.workspaceId);
    });
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (urlOf(request)?.pathname !== PATH) return;
    socket.on('error', () => {});
    const leave = places.enter();
    if (!leave) return refuse(socket, '503 Service Unavailable');
    socket.on('close', leave);
    upgrade(request, socket, head).catch((error) => {
      log.warn({ err: error }, 'A WebSocket could not be opened');
      refuse(socket, '503 Service Unavailable');
    });
  };
  server.on('upgrade', onUpgrade);

  return {
    close: () => {
      clearInterval(heartbeat);
      server.off('upgrade', onUpgrade);
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'The server is going down.');
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, 1_000);
      return closed.finally(() => clearTimeout(cut));
    },
  };
}

function serve(deps: WebSocketDeps, socket: WebSocket, workspaceId: string): void {
  const fail = (error: unknown) => {
    deps.log.warn({ err: error }, 'A client of live events could not be served');
    socket.close(INTERNAL_ERROR, 'The server has trouble. Connect again.');
  };
  const subscriptions = createSubscriptions(deps, workspaceId, {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(message, { binary: false });
    },
    bufferedBytes: () => socket.bufferedAmount,
    fail,
  });
  const say = (message: ServerMessage) => socket.send(JSON.stringify(message));
  // One after the other, so that "unsubscribe" never overtakes the "subscribe" before it.
  let work = Promise.resolve();
  let unanswered = 0;
  socket.on('message', (data) => {
    // Whoever talks and does not read what it is answered would pile the answers up here.
    if (socket.bufferedAmount > 2 * MAX_BUFFERED_BYTES) return socket.terminate();
    const message = readMessage(data.toString());
    if (!message) return say({ type: 'error', message: 'This message is not understood.' });
    unanswered += 1;
    if (unanswered > MAX_UNANSWERED) return socket.close(POLICY_VIOLATION, 'Too many messages at once.');
    work = work
      .then(() => answer(subscriptions, message, say))
      .catch(fail)
      .finally(() => {
        unanswered -= 1;
      });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => subscriptions.close());
}

async function answer(
  subscriptions: Subscriptions,
  message: ClientMessage,
  say: (message: ServerMessage) => void,
): Promise<void> {
  switch (message.type) {
    case 'subscribe':
      return subscriptions.subscribe(message.topic, message.since);
    case 'unsubscribe':
      return subscriptions.unsubscribe(message.topic);
    case 'ping':
      return say({ type: 'pong' });
    default:
      message satisfies never;
  }
}

function readMessage(text: string): ClientMessage | null {
  return clientMessageSchema.safeParse(parseJson(text)).data ?? null;
}

function urlOf(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '', 'http://localhost');
}

/** Browsers always send an Origin; programs without one have no cookie of anybody else to misuse. */
function isAllowedOrigin(request: IncomingMessage, allowed: string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  return allowed.includes(origin) || URL.parse(origin)?.host === host;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
