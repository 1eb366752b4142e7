import type { Express, RequestHandler } from 'express';
import express from 'express';
import type { AccountAccess } from './accounts/account-access.ts';
import { accountRoutes } from './accounts/account-routes.ts';
import { healthRoutesOfAccounts } from './accounts/health-routes.ts';
import { guardrailRoutes } from './ai/guardrails/guardrail-routes.ts';
import { aiRoutes } from './ai/routes.ts';
import { approvalRoutes } from './approvals/approval-routes.ts';
import { escalationRoutes } from './approvals/escalation-routes.ts';
import { apiKeyRoutes } from './auth/api-key-routes.ts';
import type { Authentication } from './auth/authentication.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import type { SetupHooks } from './auth/setup.ts';
import { setupRoutes } from './auth/setup-routes.ts';
import type { ServerContext } from './context.ts';
import type { Template } from './contract/shapes.ts';
import { conversationRoutes } from './conversations/conversation-routes.ts';
import { bulkRoutes } from './execution-views/bulk-routes.ts';
import { executionRoutes } from './execution-views/execution-routes.ts';
import { flowRoutes } from './flows/flow-routes.ts';
import { pauseRoutes } from './flows/pause-routes.ts';
import { publishRoutes } from './flows/publish-routes.ts';
import type { Health } from './health/health-routes.ts';
import { healthRoutes } from './health/health-routes.ts';
import type { ReadinessCheck } from './health/readiness.ts';
import { apiDocs } from './http/api-docs.ts';
import { mountRoutes } from './http/mount-routes.ts';
import { originCheck } from './http/origin-check.ts';
import { HttpProblem } from './http/problem.ts';
import { problemHandler } from './http/problem-response.ts';
import { requestLog } from './http/request-id.ts';
import type { RouteSpec } from './http/route.ts';
import { securityHeaders } from './http/security-headers.ts';
import { serveEditor } from './http/serve-editor.ts';
import { loginRoutes } from './instagram-login/login-routes.ts';
import { nodeTypeRoutes } from './node-types/node-type-routes.ts';
import { notificationRoutes } from './notifications/notification-routes.ts';
import { retentionRoutes } from './retention/retention-routes.ts';
import { templateRoutes } from './templates/template-routes.ts';

/** What other parts of the server add to the app. */
export type AppExtras = {
  authentication: Authentication;
  /** Speaks to the platform for accounts outside of flows. */
  accountAccess: AccountAccess;
  /** Routes of knowledge, sandbox and live events. */
  routes: RouteSpec[];
  /** Routers that read raw bodies (`/webhooks/…`, `/sandbox/graph/…`); they come before everything else. */
  rawRouters: RequestHandler[];
  /** Flows of examples/; see server/templates/read-templates.ts. */
  templates: Template[];
  /** Fills a new workspace inside the transaction of the setup. */
  onWorkspaceCreated?: SetupHooks['onWorkspaceCreated'];
  /** Checks of `/readyz` beside the database: without what they check nothing can be served. */
  readiness: Record<string, ReadinessCheck>;
  /** What else `/readyz` and `/metrics` tell. */
  health?: Health;
  /** The built editor; null where there is none (workers, tests). */
  editorDir: string | null;
  /** Tests: check every answer against its schema. */
  checkAnswers?: boolean;
};

/** The template that a new workspace starts with. */
const FIRST_TEMPLATE = 'comment-auto-reply';

/** Every route of the API, as mounted and as documented. */
export function apiRoutes(context: ServerContext, extras: AppExtras): RouteSpec[] {
  const first = extras.templates.find((template) => template.id === FIRST_TEMPLATE);
  const hooks: SetupHooks = {
    ...(extras.onWorkspaceCreated && { onWorkspaceCreated: extras.onWorkspaceCreated }),
    firstFlow: first && { name: 'Comment auto-reply', description: first.description, graph: first.graph },
  };
  return [
    ...setupRoutes(context, hooks),
    ...sessionRoutes(context, extras.authentication),
    ...apiKeyRoutes(context, extras.authentication),
    ...flowRoutes(context),
    ...publishRoutes(context),
    ...pauseRoutes(context),
    ...templateRoutes(extras.templates),
    ...bulkRoutes(context),
    ...executionRoutes(context),
    ...approvalRoutes(context),
    ...escalationRoutes(context),
    ...conversationRoutes(context),
    ...accountRoutes(context, extras.accountAccess),
    ...healthRoutesOfAccounts(context, extras.accountAccess),
    ...loginRoutes(context, extras.accountAccess),
    ...notificationRoutes(context),
    ...nodeTypeRoutes(context),
    ...retentionRoutes(context),
    ...aiRoutes(context),
    ...guardrailRoutes(context),
    ...extras.routes,
    ...healthRoutes(context, extras.readiness, extras.health),
  ];
}

/** The Express app: webhooks, API, its documentation, and the editor. */
export function createApp(context: ServerContext, extras: AppExtras): Express {
  const app = express();
  app.disable('x-powered-by');
  // Answers of the API are never stored, so that hashing each for an ETag would be for nothing.
  app.disable('etag');
  // These may tell the client's address and protocol; nobody else.
  app.set('trust proxy', context.config.TRUSTED_PROXIES);
  app.use(requestLog(context.log));
  for (const router of extras.rawRouters) app.use(router);
  app.use(securityHeaders, originCheck(context.publicUrl));

  const routes = apiRoutes(context, extras);
  mountRoutes(app, routes, {
    authenticate: extras.authentication.authenticate,
    checkAnswers: extras.checkAnswers ?? false,
  });
  app.use(apiDocs(routes, context.publicUrl));
  if (extras.editorDir) app.use(serveEditor(extras.editorDir));
  app.use(() => {
    throw new HttpProblem(404, 'not-found', 'Not found', 'There is nothing at this address.');
  });
  app.use(problemHandler(context.log));
  return app;
}
