import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { createBuiltinCatalogue } from '../nodes/catalogue.ts';
import { createAiService } from './ai/ai-service.ts';
import { baseModel } from './ai/builtin/classifier.ts';
import { createApp } from './app.ts';
import { createAuthentication } from './auth/authentication.ts';
import type { Config } from './config.ts';
import type { ServerContext } from './context.ts';
import { connectDatabase } from './database/connect.ts';
import { migrateDatabase } from './database/migrate.ts';
import { createExecutions } from './executions/executions.ts';
import { createHttpService } from './http-client/safe-request.ts';
import { knowledgeRoutes } from './knowledge/routes.ts';
import { createLive } from './live/live.ts';
import { liveRoutes } from './live/routes.ts';
import { createTickets } from './live/tickets.ts';
import { attachWebSockets } from './live/web-sockets.ts';
import type { Logger } from './log.ts';
import { createNodeServices } from './node-services.ts';
import { mirrorCatalogue } from './node-types/mirror.ts';
import { loadCustomNodes } from './nodes/load-custom-nodes.ts';
import { graphSimulator } from './sandbox/graph-simulator.ts';
import { sandboxRoutes } from './sandbox/routes.ts';
import { createSandboxAccount, SANDBOX_GRAPH_PATH } from './sandbox/sandbox-account.ts';
import { SandboxStore } from './sandbox/sandbox-store.ts';
import { WebhookDelivery } from './sandbox/webhook-delivery.ts';
import type { Secrets } from './secrets.ts';
import { readTemplates } from './templates/read-templates.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

const EDITOR_DIR = fileURLToPath(new URL('../dist/editor', import.meta.url));
const PACKAGES_DIR = fileURLToPath(new URL('../node_modules', import.meta.url));

export type BootOptions = {
  config: Config;
  secrets: Secrets;
  log: Logger;
  databaseUrl: string;
  /** Told what is being done, in words for the terminal. */
  progress?: (message: string) => void;
};

/** A running process; `stop` finishes or gives back what is under way. */
export type Running = { url: string; stop(): Promise<void> };

/**
 * Puts the parts of the server together and starts them: database, catalogue, executions, HTTP, WebSockets.
 * A worker (`ROLE=worker`) listens too, for health probes, and takes no webhooks.
 * @throws what keeps a part from starting; everything begun is undone before
 */
export async function boot(options: BootOptions): Promise<Running> {
  const { config, secrets, log, databaseUrl } = options;
  await using undo = new AsyncDisposableStack();

  options.progress?.('Preparing the database');
  const { db, pool, close } = connectDatabase(databaseUrl);
  undo.defer(close);
  await migrateDatabase(pool);

  const catalogue = createBuiltinCatalogue();
  await loadCustomNodes(catalogue, {
    ...(config.CUSTOM_NODES_DIR && { directory: config.CUSTOM_NODES_DIR }),
    packagesDir: PACKAGES_DIR,
    log,
  });
  await mirrorCatalogue(pool, catalogue);

  const server = createServer();
  const ownUrl = () => ownAddress(config, server);
  const publicUrl = () => config.PUBLIC_URL ?? addressOf(config, server);

  const services = createNodeServices({
    pool,
    encryptionKey: secrets.encryptionKey,
    graphUrl: config.INSTAGRAM_GRAPH_URL,
    ownUrl,
    ai: createAiService({ config, log }),
    http: createHttpService(),
  });
  undo.defer(services.close);

  const live = createLive();
  const executions = createExecutions({
    config,
    log,
    pool,
    catalogue,
    live,
    servicesFor: services.servicesFor,
    onFlowChanged: (flowId) => webhooks.flowChanged(flowId),
  });
  const webhooks = createWebhooks({ pool, catalogue, log, secrets, onStored: executions.onStored });

  const context: ServerContext = { config, secrets, log, db, pool, catalogue, executions, live, publicUrl };
  const authentication = createAuthentication(context);
  const tickets = createTickets(pool);
  const store = new SandboxStore(pool);
  const webhookUrl = () => `${ownUrl()}/webhooks/instagram`;
  const delivery = new WebhookDelivery({ store, secret: secrets.sandboxAppSecret, webhookUrl, log });
  const simulator = express.Router().use(SANDBOX_GRAPH_PATH, graphSimulator({ store, delivery, secrets }));

  server.on(
    'request',
    createApp(context, {
      authentication,
      routes: [
        ...knowledgeRoutes(context),
        ...sandboxRoutes({ store, delivery }),
        ...liveRoutes({ tickets }),
      ],
      rawRouters: config.ROLE === 'worker' ? [] : [webhooks.router, simulator],
      templates: await readTemplates(),
      onWorkspaceCreated: (workspaceId, transaction) =>
        createSandboxAccount(transaction, secrets, workspaceId),
      readiness: { queue: executions.queueDepth },
      editorDir: existsSync(EDITOR_DIR) ? EDITOR_DIR : null,
    }),
  );
  const sockets = attachWebSockets({
    server,
    authenticate: authentication.authenticate,
    tickets,
    live,
    pool,
    log,
    allowedOrigins: () => [publicUrl()],
  });

  await executions.start();
  undo.defer(() => executions.stop());
  options.progress?.('Opening the port');
  await listen(server, config);
  undo.defer(() => stopListening(server));
  undo.defer(() => sockets.close());
  undo.defer(() => delivery.stop());
  void delivery.wake();
  // Trained now, 0.2 s after the port is open, rather than while the first comment waits.
  if (config.ROLE !== 'server') setImmediate(baseModel);

  const running = undo.move();
  return { url: publicUrl(), stop: () => running.disposeAsync() };
}

async function listen(server: Server, config: Config): Promise<void> {
  server.listen({ port: config.PORT, host: config.HOST });
  await once(server, 'listening');
}

/** New connections are refused, answers under way are finished, idle connections are closed. */
async function stopListening(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}

/** The address people open; an address that means "all interfaces" is shown as this machine. */
function addressOf(config: Config, server: Server): string {
  const { port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(config.HOST) ? '127.0.0.1' : config.HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A worker has no sandbox of its own: it reaches that of the servers. */
function ownAddress(config: Config, server: Server): string {
  return config.ROLE === 'worker' && config.PUBLIC_URL ? config.PUBLIC_URL : addressOf(config, server);
}
