import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { createBuiltinCatalogue } from '../nodes/catalogue.ts';
import { createAccountAccess } from './accounts/account-access.ts';
import { tellLoginLost } from './accounts/lose-login.ts';
import { reencryptTokens } from './accounts/reencrypt-tokens.ts';
import { startAccountUpkeep } from './accounts/upkeep.ts';
import { createAiService } from './ai/ai-service.ts';
import { createAnswerCache } from './ai/answer-cache.ts';
import { baseModel } from './ai/builtin/classifier.ts';
import { createGuardrailsReader } from './ai/guardrails/guardrails-store.ts';
import { createModelCalls } from './ai/model-calls/create-model-calls.ts';
import { createOpenAiModeration } from './ai/openai-moderation.ts';
import { createApp } from './app.ts';
import { createAuthentication } from './auth/authentication.ts';
import type { Config } from './config.ts';
import type { ServerContext } from './context.ts';
import { teamMessageRoutes } from './conversations/team-message-routes.ts';
import { connectDatabase } from './database/connect.ts';
import { migrateDatabase } from './database/migrate.ts';
import { createExecutions } from './executions/executions.ts';
import { createFaults, servicesWithFaults } from './faults.ts';
import { createFlowCalls } from './flow-calls/flow-calls.ts';
import { createHttpService } from './http-client/safe-request.ts';
import { starterRoutes } from './instagram/starter-routes.ts';
import { loginSettings } from './instagram-login/login-settings.ts';
import { openKnowledgeOfProcess } from './knowledge/knowledge-of-process.ts';
import { createLive } from './live/live.ts';
import { liveRoutes } from './live/routes.ts';
import { createTickets } from './live/tickets.ts';
import { attachWebSockets } from './live/web-sockets.ts';
import type { Logger } from './log.ts';
import { createNodeServices } from './node-services.ts';
import { mirrorCatalogue } from './node-types/mirror.ts';
import { loadCustomNodes } from './nodes/load-custom-nodes.ts';
import { programVersion } from './program-version.ts';
import { startRetention } from './retention/retention-job.ts';
import { graphSimulator } from './sandbox/graph-simulator.ts';
import { sandboxRoutes } from './sandbox/routes.ts';
import { createSandboxAccount, SANDBOX_GRAPH_PATH } from './sandbox/sandbox-account.ts';
import { SandboxStore } from './sandbox/sandbox-store.ts';
import { WebhookDelivery } from './sandbox/webhook-delivery.ts';
import type { Secrets } from './secrets.ts';
import { openTelemetry } from './telemetry/telemetry.ts';
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
  const { config, secrets, databaseUrl } = options;
  await using undo = new AsyncDisposableStack();

  options.progress?.('Preparing the database');
  const { db, pool, hotPool, close } = connectDatabase(databaseUrl);
  undo.defer(close);
  await migrateDatabase(pool);
  const telemetry = await openTelemetry({ config, log: options.log, pool, hotPool });
  undo.defer(telemetry.close);
  const { log } = telemetry;

  await reencryptTokens(
    { pool, log },
    {
      current: secrets.encryptionKey,
      old: [...(config.ENCRYPTION_KEY_OLD ?? []), ...(secrets.formerEncryptionKeys ?? [])],
    },
  );

  const catalogue = createBuiltinCatalogue();
  await loadCustomNodes(catalogue, {
    ...(config.CUSTOM_NODES_DIR && { directory: config.CUSTOM_NODES_DIR }),
    packagesDir: PACKAGES_DIR,
    log,
  });
  await mirrorCatalogue(pool, catalogue);

  const server = createServer();
  let isStopping = false;
  const ownUrl = () => ownAddress(config, server);
  const publicUrl = () => config.PUBLIC_URL ?? addressOf(config, server);

  const live = createLive();
  const aiDeps = { pool, config, encryptionKey: secrets.encryptionKey };
  const modelCalls = createModelCalls({ ...aiDeps, log, live });
  undo.defer(modelCalls.close);
  const moderation = createOpenAiModeration(aiDeps);
  undo.defer(moderation.close);
  const faults = createFaults(config.KILL_AT);
  const http = createHttpService();
  const knowledge = await openKnowledgeOfProcess({
    ...aiDeps,
    log,
    live,
    requests: modelCalls.requests,
    download: http.download,
    faults,
  });
  undo.defer(knowledge.close);
  const services = createNodeServices({
    pool: hotPool,
    encryptionKey: secrets.encryptionKey,
    graphUrl: config.INSTAGRAM_GRAPH_URL,
    rateLimits: config.INSTAGRAM_RATE_LIMITS,
    onAccountNeedsLogin: ({ accountId, workspaceId, username, reason }) => {
      tellLoginLost({ pool, live }, { id: accountId, workspaceId, username }, reason).catch(
        (error: unknown) => log.warn({ err: error, accountId }, 'People could not be told of a lost login'),
      );
    },
    onUnkept: (error) => log.warn({ err: error }, 'what was sent could not be kept in the conversation'),
    ownUrl,
    ai: createAiService({
      calls: modelCalls,
      guardrailsOf: createGuardrailsReader(pool),
      moderation,
      answers: createAnswerCache({ pool, log, requests: modelCalls.requests }),
    }),
    http,
    knowledgeOf: knowledge.serviceFor,
    flowsOf: (caller) => flowCalls.of(caller),
  });
  undo.defer(services.close);

  const accountAccess = createAccountAccess({
    pool,
    encryptionKey: secrets.encryptionKey,
    settings: loginSettings(config),
    rateLimits: config.INSTAGRAM_RATE_LIMITS,
  });
  undo.defer(accountAccess.close);

  const executions = createExecutions({
    config,
    log,
    pool: hotPool,
    catalogue: telemetry.catalogue(catalogue),
    live: telemetry.liveOfExecutions(live),
    servicesFor: (execution) => servicesWithFaults(services.servicesFor(execution), faults),
    onFlowChanged: (flowId) => webhooks.flowChanged(flowId),
    version: programVersion(),
    faults,
  });
  const { runWithin, onStored } = executions;
  const flowCalls = createFlowCalls({ pool: hotPool, runWithin, onStored });
  const webhooks = createWebhooks({
    pool: hotPool,
    catalogue,
    log,
    secrets,
    reserve: executions.reserve,
    onWoken: executions.onWoken,
    faults,
    onStored: (stored) => {
      telemetry.stored(stored);
      executions.onStored(stored);
    },
  });

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
      accountAccess,
      routes: [
        ...knowledge.routes,
        ...teamMessageRoutes(context, services.instagramOf),
        ...sandboxRoutes({ store, delivery }),
        ...starterRoutes(services.instagramOf),
        ...liveRoutes({ tickets }),
      ],
      rawRouters: config.ROLE === 'worker' ? [] : [telemetry.webhooks, webhooks.router, simulator],
      templates: await readTemplates(),
      onWorkspaceCreated: (workspaceId, transaction) =>
        createSandboxAccount(transaction, secrets, workspaceId),
      readiness: {},
      health: {
        helpful: { queue: executions.queueDepth },
        isStopping: () => isStopping,
        metrics: telemetry.metrics,
      },
      editorDir: existsSync(EDITOR_DIR) ? EDITOR_DIR : null,
    }),
  );
  const sockets = attachWebSockets({
    server,
    authenticate: authentication.authenticate,
    tickets,
    live: telemetry.liveOfSockets(live, server),
    pool,
    log,
    allowedOrigins: () => [publicUrl()],
  });

  await executions.start();
  if (config.ROLE !== 'server') knowledge.start(executions.holder);
  let drained: Promise<void> | undefined;
  const drain = () => {
    // What it holds is given back while this process still says that it lives.
    drained ??= knowledge.stop().then(() => executions.stop());
    return drained;
  };
  undo.defer(drain);
  options.progress?.('Opening the port');
  await listen(server, config);
  undo.defer(() => stopListening(server));
  undo.defer(() => sockets.close());
  undo.defer(() => delivery.stop());
  void delivery.wake();
  const retention = config.ROLE === 'server' ? null : startRetention({ pool, log });
  undo.defer(async () => retention?.stop());
  const upkeep =
    config.ROLE === 'server'
      ? null
      : startAccountUpkeep({
          pool,
          log,
          live,
          access: accountAccess,
          encryptionKey: secrets.encryptionKey,
          webhookUrl,
          secret: secrets.sandboxAppSecret,
          catalogue,
          onStored: executions.onStored,
        });
  undo.defer(async () => upkeep?.stop());
  // Trained now, 0.2 s after the port is open, rather than while the first comment waits.
  if (config.ROLE !== 'server') setImmediate(baseModel);

  const running = undo.move();
  return {
    url: publicUrl(),
    stop: async () => {
      isStopping = true;
      void retention?.stop();
      void upkeep?.stop();
      // While work comes to an end, load balancers learn from /readyz to stay away; what they still send is stored.
      await drain().catch(() => {});
      await running.disposeAsync();
    },
  };
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
  // One that was in the middle of an answer comes to rest only after it, and would stay open for the next request.
  const closing = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearInterval(closing);
}

/** The address people open; an address that means "all interfaces" is shown as this machine. */
function addressOf(config: Config, server: Server): string {
  const { port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(config.HOST) ? '127.0.0.1' : config.HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A worker has no sandbox of its own: it reaches that of the servers. */
function ownAddress(config: Config, server: Server): string {
  const ofServers = config.INTERNAL_URL ?? config.PUBLIC_URL;
  return config.ROLE === 'worker' && ofServers ? ofServers : addressOf(config, server);
}
