import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  customType,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { TriggerEvent } from '../../engine/event.ts';
import type { Graph } from '../../engine/graph.ts';
import type { EffectRecord, LogLine, StepError } from '../../engine/journal.ts';
import type { Resume, StepUsage, Wait } from '../../engine/node-type.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const id = () => uuid('id').primaryKey();
const createdAt = () => time('created_at').notNull().defaultNow();
const updatedAt = () => time('updated_at').notNull().defaultNow();
const workspaceId = () =>
  uuid('workspace_id')
    .notNull()
    .references(() => workspaces.id, { onDelete: 'cascade' });
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

// People and access -------------------------------------------------------------------------------------------------

export const workspaces = pgTable('workspaces', {
  id: id(),
  name: text('name').notNull(),
  createdAt: createdAt(),
});

export const users = pgTable('users', {
  id: id(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const sessions = pgTable(
  'sessions',
  {
    id: id(),
    token: text('token').notNull().unique(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    expiresAt: time('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('sessions_user').on(table.userId)],
);

/** How a user signs in (better-auth's `account`; named apart from our Instagram `accounts`). */
export const credentials = pgTable(
  'credentials',
  {
    id: id(),
    /** Who vouches for the identity: `local:credential` for e-mail and password. */
    issuer: text('issuer').notNull(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('credentials_user').on(table.userId),
    unique('credentials_identity').on(table.issuer, table.accountId),
  ],
);

export const verifications = pgTable('verifications', {
  id: id(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: time('expires_at').notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const members = pgTable(
  'members',
  {
    workspaceId: workspaceId(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: ['owner', 'admin', 'editor', 'viewer'] }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    index('members_user').on(table.userId),
  ],
);

export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    role: text('role', { enum: ['admin', 'editor', 'viewer'] }).notNull(),
    /** SHA-256 of the key, hex. The key itself is shown once and never stored. */
    keyHash: text('key_hash').notNull().unique(),
    prefix: text('prefix').notNull(),
    createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    lastUsedAt: time('last_used_at'),
    revokedAt: time('revoked_at'),
  },
  (table) => [index('api_keys_workspace').on(table.workspaceId)],
);

export const auditLog = pgTable(
  'audit_log',
  {
    id: id(),
    workspaceId: workspaceId(),
    actorType: text('actor_type', { enum: ['user', 'api_key', 'system'] }).notNull(),
    actorId: text('actor_id'),
    action: text('action').notNull(),
    targetType: text('target_type'),
    targetId: text('target_id'),
    data: jsonb('data'),
    at: time('at').notNull().defaultNow(),
  },
  (table) => [index('audit_log_workspace_at').on(table.workspaceId, table.at)],
);

export const settings = pgTable(
  'settings',
  {
    workspaceId: workspaceId(),
    key: text('key').notNull(),
    value: jsonb('value').notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.key] })],
);

// Instagram accounts and people on the other side ---------------------------------------------------------------------

export const accounts = pgTable(
  'accounts',
  {
    id: id(),
    workspaceId: workspaceId(),
    platform: text('platform', { enum: ['instagram'] }).notNull(),
    /** The platform's id: `entry[].id` in webhooks. */
    externalId: text('external_id').notNull(),
    username: text('username').notNull(),
    /** AES-256-GCM, see server/accounts/token-cipher.ts. */
    accessTokenEncrypted: text('access_token_encrypted').notNull(),
    /** Base URL of the Graph API for this account; null = INSTAGRAM_GRAPH_URL; with `/` first, of this installation. */
    graphUrl: text('graph_url'),
    isSandbox: boolean('is_sandbox').notNull().default(false),
    /** Which login the token came from: of Instagram, of Facebook (a page), or typed in. */
    login: text('login', { enum: ['instagram', 'facebook', 'manual'] })
      .notNull()
      .default('manual'),
    /** The Facebook page behind the account, where it was connected over Facebook. */
    pageId: text('page_id'),
    /** What the token may do, as the platform said. */
    permissions: text('permissions').array().notNull().default(sql`'{}'`),
    tokenIssuedAt: time('token_issued_at'),
    /** Null: it does not say, or never. */
    tokenExpiresAt: time('token_expires_at'),
    /** When webhooks of the account were subscribed to. */
    subscribedAt: time('subscribed_at'),
    profilePictureUrl: text('profile_picture_url'),
    /** When the last event came by webhook, to the minute. */
    lastEventAt: time('last_event_at'),
    lastError: jsonb('last_error').$type<StepError>(),
    lastErrorAt: time('last_error_at'),
    status: text('status', { enum: ['connected', 'needs_login', 'disconnected'] })
      .notNull()
      .default('connected'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('accounts_external').on(table.platform, table.externalId),
    index('accounts_workspace').on(table.workspaceId),
  ],
);

export const contacts = pgTable(
  'contacts',
  {
    id: id(),
    workspaceId: workspaceId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    externalId: text('external_id').notNull(),
    username: text('username'),
    name: text('name'),
    fields: jsonb('fields').$type<Record<string, unknown>>().notNull().default({}),
    /** Whether the person follows the account; null = not known. */
    isFollower: boolean('is_follower'),
    profilePictureUrl: text('profile_picture_url'),
    profileFetchedAt: time('profile_fetched_at'),
    /** The person asked not to be written to any more. */
    optedOutAt: time('opted_out_at'),
    tags: text('tags').array().notNull().default(sql`'{}'`),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('contacts_external').on(table.accountId, table.externalId),
    index('contacts_workspace').on(table.workspaceId, table.updatedAt),
  ],
);

export const conversations = pgTable(
  'conversations',
  {
    id: id(),
    workspaceId: workspaceId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    contactId: uuid('contact_id')
      .notNull()
      .unique()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    lastIncomingAt: time('last_incoming_at'),
    lastOutgoingAt: time('last_outgoing_at'),
    /** An execution waits for the next message (logic.wait_for_reply). */
    waitingExecutionId: uuid('waiting_execution_id'),
    createdAt: createdAt(),
  },
  (table) => [
    /** The list, by the last word of either side (server/conversations/conversation-store.ts). */
    index('conversations_last').on(
      table.workspaceId,
      sql`coalesce(greatest(${table.lastIncomingAt}, ${table.lastOutgoingAt}), ${table.createdAt}) desc`,
      sql`${table.id} desc`,
    ),
  ],
);

export const messages = pgTable(
  'messages',
  {
    id: id(),
    workspaceId: workspaceId(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    externalId: text('external_id').notNull(),
    direction: text('direction', { enum: ['in', 'out'] }).notNull(),
    /** Who wrote it: the person, a flow, or somebody of the team. */
    author: text('author', { enum: ['contact', 'flow', 'team'] })
      .notNull()
      .default('contact'),
    text: text('text').notNull().default(''),
    attachments: jsonb('attachments').notNull().default([]),
    executionId: uuid('execution_id'),
    editedAt: time('edited_at'),
    deletedAt: time('deleted_at'),
    at: time('at').notNull(),
  },
  (table) => [
    unique('messages_external').on(table.conversationId, table.externalId),
    index('messages_conversation').on(table.conversationId, table.at),
  ],
);

export const comments = pgTable(
  'comments',
  {
    id: id(),
    workspaceId: workspaceId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    contactId: uuid('contact_id').references(() => contacts.id, { onDelete: 'set null' }),
    externalId: text('external_id').notNull(),
    parentExternalId: text('parent_external_id'),
    mediaId: text('media_id'),
    direction: text('direction', { enum: ['in', 'out'] }).notNull(),
    text: text('text').notNull(),
    hidden: boolean('hidden').notNull().default(false),
    deletedAt: time('deleted_at'),
    /** One private reply per comment. */
    privateReplyAt: time('private_reply_at'),
    executionId: uuid('execution_id'),
    at: time('at').notNull(),
  },
  (table) => [
    unique('comments_external').on(table.accountId, table.externalId),
    index('comments_workspace').on(table.workspaceId, table.at),
    // For counting those of the last hour. Lookups by id, which don't say the direction, can't be planned by it.
    index('comments_received').on(table.accountId, table.at).where(sql`${table.direction} = 'in'`),
  ],
);

// Flows ---------------------------------------------------------------------------------------------------------------

export const nodeTypes = pgTable('node_types', {
  type: text('type').primaryKey(),
  name: text('name').notNull(),
  version: integer('version').notNull(),
  category: text('category').notNull(),
  source: text('source').notNull(),
  enabled: boolean('enabled').notNull().default(true),
  updatedAt: updatedAt(),
});

export const flows = pgTable(
  'flows',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** The draft, as the canvas shows it. */
    graph: jsonb('graph').$type<Graph>().notNull(),
    revision: integer('revision').notNull().default(1),
    status: text('status', { enum: ['draft', 'published'] })
      .notNull()
      .default('draft'),
    /** The version that webhooks run; set exactly while status is `published`. */
    publishedVersion: integer('published_version'),
    /** One execution of a contact at a time, in order. */
    orderedByContact: boolean('ordered_by_contact').notNull().default(true),
    /** Set while the flow is paused: events are stored and queued, nothing starts. */
    pausedAt: time('paused_at'),
    createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: time('deleted_at'),
  },
  (table) => [index('flows_workspace').on(table.workspaceId, table.updatedAt)],
);

export const flowVersions = pgTable(
  'flow_versions',
  {
    id: id(),
    workspaceId: workspaceId(),
    flowId: uuid('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    graph: jsonb('graph').$type<Graph>().notNull(),
    note: text('note').notNull().default(''),
    createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
  },
  (table) => [unique('flow_versions_number').on(table.flowId, table.version)],
);

// Webhooks and executions ---------------------------------------------------------------------------------------------

export const webhookEvents = pgTable(
  'webhook_events',
  {
    id: id(),
    /** Null when no workspace has the account. */
    workspaceId: uuid('workspace_id').references(() => workspaces.id, { onDelete: 'cascade' }),
    /** The flow id of the URL, or `app` for the URL of the whole app. With the key: delivered twice, stored once. */
    scope: text('scope').notNull(),
    dedupeKey: text('dedupe_key').notNull(),
    accountExternalId: text('account_external_id'),
    kind: text('kind').notNull(),
    payload: jsonb('payload').notNull(),
    status: text('status', { enum: ['accepted', 'ignored'] }).notNull(),
    reason: text('reason'),
    receivedAt: time('received_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('webhook_events_dedupe').on(table.scope, table.dedupeKey),
    index('webhook_events_workspace').on(table.workspaceId, table.receivedAt),
  ],
);

export const flowExecutions = pgTable(
  'flow_executions',
  {
    id: id(),
    /** Arrival order, for one-at-a-time per contact. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    workspaceId: workspaceId(),
    flowId: uuid('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    /** Null for a test run of a draft, whose graph is then in `graph`. */
    flowVersion: integer('flow_version'),
    graph: jsonb('graph').$type<Graph>(),
    triggerNodeId: text('trigger_node_id').notNull(),
    mode: text('mode', { enum: ['live', 'test'] })
      .notNull()
      .default('live'),
    dryRun: boolean('dry_run').notNull().default(false),
    status: text('status', { enum: ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] })
      .notNull()
      .default('queued'),
    event: jsonb('event').$type<TriggerEvent>().notNull(),
    webhookEventId: uuid('webhook_event_id'),
    /** Same key in the same flow: the same event, run once. Null for test runs and replays. */
    dedupeKey: text('dedupe_key'),
    /** `<account>:<person>`; executions that share it run in order. Null = no order. */
    contactKey: text('contact_key'),
    replayOf: uuid('replay_of'),
    /** Of a waiting one: it only waits to try something again, and what came later from its contact waits behind it. */
    keepsTurn: boolean('keeps_turn').notNull().default(false),
    /** When a waiting execution is woken by time at the latest. */
    resumeAt: time('resume_at'),
    /** The process (`processes.id`) that runs it. */
    leaseOwner: text('lease_owner'),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
    /** Number of the last live event given out; see DESIGN 7. */
    lastSeq: integer('last_seq').notNull().default(0),
    error: jsonb('error').$type<StepError & { nodeId?: string }>(),
    createdAt: createdAt(),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
  },
  (table) => [
    uniqueIndex('flow_executions_dedupe')
      .on(table.flowId, table.dedupeKey)
      .where(sql`${table.dedupeKey} is not null`),
    /**
     * Led by the workspace, as every list is: an index that begins with the flow alone would be as good as
     * `flow_executions_contact` to a planner that sees a hundred rows, and it keeps its choice when there are a million.
     */
    index('flow_executions_flow').on(table.workspaceId, table.flowId, table.createdAt),
    index('flow_executions_workspace').on(table.workspaceId, table.createdAt),
    index('flow_executions_contact')
      .on(table.flowId, table.contactKey, table.seq)
      .where(
        sql`(${table.status} in ('queued', 'running') or (${table.status} = 'waiting' and ${table.keepsTurn})) and ${table.contactKey} is not null`,
      ),
    /** Two processes can't run two executions of one contact at the same moment. */
    uniqueIndex('flow_executions_one_per_contact')
      .on(table.flowId, table.contactKey)
      .where(sql`${table.status} = 'running' and ${table.contactKey} is not null`),
    index('flow_executions_open')
      .on(table.status, table.createdAt)
      .where(sql`${table.status} in ('queued', 'running')`),
    index('flow_executions_due').on(table.resumeAt).where(sql`${table.status} = 'waiting'`),
    /** Lists by the statuses that are rare among very many rows. */
    index('flow_executions_rare')
      .on(table.workspaceId, table.status, table.createdAt)
      .where(sql`${table.status} in ('waiting', 'failed', 'cancelled')`),
  ],
);

export const executionSteps = pgTable(
  'execution_steps',
  {
    executionId: uuid('execution_id')
      .notNull()
      .references(() => flowExecutions.id, { onDelete: 'cascade' }),
    nodeId: text('node_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    /** Number of the live event that told of this state. */
    seq: integer('seq').notNull().default(0),
    status: text('status', { enum: ['pending', 'running', 'succeeded', 'failed', 'waiting'] }).notNull(),
    attempt: integer('attempt').notNull().default(1),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    input: jsonb('input'),
    output: jsonb('output'),
    ports: text('ports').array(),
    error: jsonb('error').$type<StepError>(),
    logs: jsonb('logs').$type<LogLine[]>(),
    usage: jsonb('usage').$type<StepUsage>(),
    wait: jsonb('wait').$type<Wait>(),
    resume: jsonb('resume').$type<Resume>(),
    retryAt: time('retry_at'),
  },
  (table) => [primaryKey({ columns: [table.executionId, table.nodeId] })],
);

export const effects = pgTable(
  'effects',
  {
    executionId: uuid('execution_id')
      .notNull()
      .references(() => flowExecutions.id, { onDelete: 'cascade' }),
    nodeId: text('node_id').notNull(),
    key: text('key').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    status: text('status', { enum: ['intended', 'done', 'failed', 'uncertain'] }).notNull(),
    description: text('description').notNull(),
    request: jsonb('request').$type<EffectRecord['request']>(),
    result: jsonb('result').$type<EffectRecord['result']>(),
    error: jsonb('error').$type<StepError>(),
    intendedAt: time('intended_at').notNull().defaultNow(),
    settledAt: time('settled_at'),
  },
  (table) => [
    primaryKey({ columns: [table.executionId, table.nodeId, table.key] }),
    index('effects_unsettled').on(table.workspaceId).where(sql`${table.status} in ('intended', 'uncertain')`),
  ],
);

export const approvals = pgTable(
  'approvals',
  {
    id: id(),
    workspaceId: workspaceId(),
    flowId: uuid('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    executionId: uuid('execution_id')
      .notNull()
      .references(() => flowExecutions.id, { onDelete: 'cascade' }),
    nodeId: text('node_id').notNull(),
    status: text('status', { enum: ['pending', 'approved', 'rejected', 'expired', 'cancelled'] })
      .notNull()
      .default('pending'),
    draft: text('draft').notNull(),
    /** What was approved, when a person changed the draft. */
    finalText: text('final_text'),
    reason: text('reason'),
    context: jsonb('context').$type<Record<string, unknown>>().notNull().default({}),
    expiresAt: time('expires_at'),
    decidedBy: text('decided_by'),
    decidedAt: time('decided_at'),
    createdAt: createdAt(),
  },
  (table) => [
    unique('approvals_step').on(table.executionId, table.nodeId),
    index('approvals_workspace').on(table.workspaceId, table.status, table.createdAt),
  ],
);

export const escalations = pgTable(
  'escalations',
  {
    id: id(),
    workspaceId: workspaceId(),
    executionId: uuid('execution_id')
      .notNull()
      .references(() => flowExecutions.id, { onDelete: 'cascade' }),
    nodeId: text('node_id').notNull(),
    reason: text('reason').notNull(),
    context: jsonb('context').$type<Record<string, unknown>>().notNull().default({}),
    status: text('status', { enum: ['open', 'resolved'] })
      .notNull()
      .default('open'),
    resolvedBy: text('resolved_by'),
    resolvedAt: time('resolved_at'),
    createdAt: createdAt(),
  },
  (table) => [
    unique('escalations_step').on(table.executionId, table.nodeId),
    index('escalations_workspace').on(table.workspaceId, table.status, table.createdAt),
  ],
);

/** The processes on this database. One that shows no new `beat` for a while is gone (server/executions/presence.ts). */
export const processes = pgTable('processes', {
  /** `flow_executions.lease_owner` of what it holds. */
  id: text('id').primaryKey(),
  role: text('role', { enum: ['all', 'server', 'worker'] }).notNull(),
  host: text('host').notNull(),
  version: text('version').notNull(),
  /** Grows while the process lives. */
  beat: bigint('beat', { mode: 'number' }).notNull().default(0),
  startedAt: time('started_at').notNull().defaultNow(),
  seenAt: time('seen_at').notNull().defaultNow(),
});

/** What an account may send, shared by all processes (server/instagram/send-limits.ts). */
export const sendLimits = pgTable(
  'send_limits',
  {
    workspaceId: workspaceId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Which of the platform's limits: `replies`, `messages`, `private_replies` … */
    family: text('family').notNull(),
    /** From when on the whole allowance is there again (theoretical arrival time of a leaky bucket). */
    fullAt: time('full_at').notNull(),
    /** The platform asked for silence until then. */
    blockedUntil: time('blocked_until'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.family] })],
);

/** A trigger that lets a person through once per period has let this one through. */
export const triggerPasses = pgTable(
  'trigger_passes',
  {
    workspaceId: workspaceId(),
    flowId: uuid('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    nodeId: text('node_id').notNull(),
    contactKey: text('contact_key').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.flowId, table.nodeId, table.contactKey] })],
);

/** A login at Instagram or Facebook that was begun: single use, a few minutes. */
export const oauthStates = pgTable('oauth_states', {
  /** SHA-256 of the state, hex. */
  stateHash: text('state_hash').primaryKey(),
  workspaceId: workspaceId(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  login: text('login', { enum: ['instagram', 'facebook'] }).notNull(),
  codeVerifier: text('code_verifier').notNull(),
  expiresAt: time('expires_at').notNull(),
});

/** The last result of each regular check of an account. */
export const accountChecks = pgTable(
  'account_checks',
  {
    workspaceId: workspaceId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    status: text('status', { enum: ['ok', 'warning', 'failed'] }).notNull(),
    detail: text('detail').notNull().default(''),
    checkedAt: time('checked_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.name] })],
);

/** How far an account has been read for what its webhooks missed. */
export const accountPolls = pgTable(
  'account_polls',
  {
    workspaceId: workspaceId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['comments', 'messages'] }).notNull(),
    /** Everything up to then has been read. */
    readUpTo: time('read_up_to'),
    intervalSeconds: integer('interval_seconds').notNull(),
    nextAt: time('next_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.kind] }),
    index('account_polls_next').on(table.nextAt),
  ],
);

/** What people of the workspace are told: a dead token, a spike of comments. */
export const notifications = pgTable(
  'notifications',
  {
    id: id(),
    workspaceId: workspaceId(),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    text: text('text').notNull().default(''),
    /** Page of the editor that it leads to. */
    link: text('link'),
    /** One of a kind at a time: a second one with the same key replaces the first. */
    key: text('key').notNull(),
    readAt: time('read_at'),
    createdAt: createdAt(),
  },
  (table) => [
    unique('notifications_key').on(table.workspaceId, table.key),
    index('notifications_workspace').on(table.workspaceId, table.createdAt),
  ],
);

// Knowledge -----------------------------------------------------------------------------------------------------------

export const knowledgeBases = pgTable(
  'knowledge_bases',
  {
    id: id(),
    workspaceId: workspaceId(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    createdAt: createdAt(),
  },
  (table) => [index('knowledge_bases_workspace').on(table.workspaceId)],
);

export const knowledgeDocuments = pgTable(
  'knowledge_documents',
  {
    id: id(),
    workspaceId: workspaceId(),
    knowledgeBaseId: uuid('knowledge_base_id')
      .notNull()
      .references(() => knowledgeBases.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    mimeType: text('mime_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    chunkCount: integer('chunk_count').notNull(),
    /** Where it came from: what was typed or uploaded, an address, question and answer pairs. */
    source: text('source', { enum: ['text', 'upload', 'url', 'faq'] })
      .notNull()
      .default('text'),
    url: text('url'),
    /** `ready` can be searched; the steps before it go on after a restart (server/knowledge/ingestion/). */
    status: text('status', { enum: ['queued', 'reading', 'embedding', 'ready', 'failed'] })
      .notNull()
      .default('ready'),
    /** Pages read and pages in all; null where it has no pages. */
    pagesRead: integer('pages_read'),
    pageCount: integer('page_count'),
    error: jsonb('error').$type<{ code: string; message: string }>(),
    /** SHA-256 of what was read; the same content is not ingested again. */
    contentHash: text('content_hash'),
    /** The process that ingests it, by its name in `processes`. */
    leaseOwner: text('lease_owner'),
    attempts: integer('attempts').notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('knowledge_documents_base').on(table.knowledgeBaseId, table.createdAt),
    index('knowledge_documents_open')
      .on(table.status, table.createdAt)
      .where(sql`${table.status} in ('queued', 'reading', 'embedding')`),
  ],
);

/** What was uploaded, until it is ingested. */
export const knowledgeFiles = pgTable('knowledge_files', {
  documentId: uuid('document_id')
    .primaryKey()
    .references(() => knowledgeDocuments.id, { onDelete: 'cascade' }),
  workspaceId: workspaceId(),
  bytes: bytea('bytes').notNull(),
});

export const knowledgeChunks = pgTable(
  'knowledge_chunks',
  {
    id: id(),
    workspaceId: workspaceId(),
    knowledgeBaseId: uuid('knowledge_base_id')
      .notNull()
      .references(() => knowledgeBases.id, { onDelete: 'cascade' }),
    documentId: uuid('document_id')
      .notNull()
      .references(() => knowledgeDocuments.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    text: text('text').notNull(),
    search: tsvector('search').notNull(),
    /** Page of the document, from 1. */
    page: integer('page'),
    /** SHA-256 of the text: what did not change is not embedded again. */
    textHash: text('text_hash'),
    /** Little-endian 32-bit floats of `embeddingModel`; null where it is not embedded (yet), or where another store has it. */
    embedding: bytea('embedding'),
    embeddingModel: text('embedding_model'),
  },
  (table) => [
    index('knowledge_chunks_search').using('gin', table.search),
    index('knowledge_chunks_base').on(table.workspaceId, table.knowledgeBaseId),
    index('knowledge_chunks_document').on(table.documentId),
  ],
);

/** Questions with answers that a flow wants to remember; a person approves them (`knowledge.remember`). */
export const knowledgeSuggestions = pgTable(
  'knowledge_suggestions',
  {
    id: id(),
    workspaceId: workspaceId(),
    knowledgeBaseId: uuid('knowledge_base_id')
      .notNull()
      .references(() => knowledgeBases.id, { onDelete: 'cascade' }),
    question: text('question').notNull(),
    answer: text('answer').notNull(),
    status: text('status', { enum: ['pending', 'approved', 'rejected'] })
      .notNull()
      .default('pending'),
    executionId: uuid('execution_id'),
    nodeId: text('node_id'),
    decidedBy: uuid('decided_by').references(() => users.id, { onDelete: 'set null' }),
    decidedAt: time('decided_at'),
    createdAt: createdAt(),
  },
  (table) => [
    index('knowledge_suggestions_workspace').on(table.workspaceId, table.status, table.createdAt),
    unique('knowledge_suggestions_step').on(table.executionId, table.nodeId),
  ],
);

// AI ------------------------------------------------------------------------------------------------------------------

/** Keys that a workspace gave; encrypted as access tokens are. */
export const aiConnections = pgTable(
  'ai_connections',
  {
    workspaceId: workspaceId(),
    provider: text('provider').notNull(),
    keyEncrypted: text('key_encrypted'),
    baseUrl: text('base_url'),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.provider] })],
);

/** Every call of a model. Pruned by retention. */
export const aiRequests = pgTable(
  'ai_requests',
  {
    id: id(),
    workspaceId: workspaceId(),
    at: time('at').notNull().defaultNow(),
    task: text('task').notNull(),
    /** `provider:model`, or `builtin`. */
    model: text('model').notNull(),
    tokensIn: integer('tokens_in').notNull().default(0),
    tokensOut: integer('tokens_out').notNull().default(0),
    costUsd: doublePrecision('cost_usd').notNull().default(0),
    latencyMs: integer('latency_ms').notNull(),
    cacheHit: boolean('cache_hit').notNull().default(false),
    /** Null when it went well. */
    errorCode: text('error_code'),
    executionId: uuid('execution_id'),
    nodeId: text('node_id'),
  },
  (table) => [index('ai_requests_workspace').on(table.workspaceId, table.at)],
);

/** What a workspace spent on a day (UTC), and what calls under way may still cost. */
export const aiBudgetDays = pgTable(
  'ai_budget_days',
  {
    workspaceId: workspaceId(),
    day: date('day', { mode: 'string' }).notNull(),
    spentUsd: doublePrecision('spent_usd').notNull().default(0),
    warnedAt: time('warned_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.day] })],
);

/** Of calls under way: what they may cost at most. One whose process died is over at `expires_at`. */
export const aiReservations = pgTable(
  'ai_reservations',
  {
    id: id(),
    workspaceId: workspaceId(),
    usd: doublePrecision('usd').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [index('ai_reservations_workspace').on(table.workspaceId, table.expiresAt)],
);

/** Answers that were given, for the same question again; shared by all workers. */
export const aiAnswers = pgTable(
  'ai_answers',
  {
    workspaceId: workspaceId(),
    /** SHA-256 of the normalised question, the instructions, the model and the version of the knowledge. */
    key: text('key').notNull(),
    answer: jsonb('answer').notNull(),
    hits: integer('hits').notNull().default(0),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.key] }),
    index('ai_answers_expiry').on(table.expiresAt),
  ],
);

// Sandbox: the state of the simulated Instagram -----------------------------------------------------------------------

export const sandboxItems = pgTable(
  'sandbox_items',
  {
    /** Order in the timeline. */
    seq: bigint('seq', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    workspaceId: workspaceId(),
    accountExternalId: text('account_external_id').notNull(),
    kind: text('kind', { enum: ['comment', 'message', 'event', 'activity', 'container', 'media'] }).notNull(),
    externalId: text('external_id').notNull().unique(),
    /** The comment that a comment replies to, or that a private reply answers. */
    parentExternalId: text('parent_external_id'),
    mediaId: text('media_id'),
    /** Who wrote it: the account itself or a follower. */
    fromExternalId: text('from_external_id').notNull(),
    fromUsername: text('from_username').notNull(),
    /** Receiver of a message. */
    toExternalId: text('to_external_id'),
    text: text('text').notNull(),
    attachments: jsonb('attachments').notNull().default([]),
    isPrivateReply: boolean('is_private_reply').notNull().default(false),
    hidden: boolean('hidden').notNull().default(false),
    deleted: boolean('deleted').notNull().default(false),
    /** False until our webhook route has answered 200 to the event of this item. */
    delivered: boolean('delivered').notNull().default(false),
    at: time('at').notNull(),
  },
  (table) => [
    index('sandbox_items_timeline').on(table.workspaceId, table.seq),
    index('sandbox_items_parent').on(table.parentExternalId),
    index('sandbox_items_undelivered').on(table.seq).where(sql`not ${table.delivered}`),
  ],
);
