import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { KILL_AT } from './faults.ts';
import { parseRateLimits } from './instagram/rate-limits.ts';
import { parseEmbeddingModel } from './knowledge/embeddings/embedding-models.ts';

/** An empty variable counts as not set: `.env.example` lists all of them empty. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const withDefault = <T extends z.ZodType>(schema: T, value: z.output<T>) =>
  z.preprocess((given) => (given === '' || given === undefined ? value : given), schema);
const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const httpUrl = url('http:', 'https:').transform((text) => text.replace(/\/+$/, ''));

const rateLimits = z.string().transform((text, context) => {
  const limits = parseRateLimits(text);
  if (typeof limits !== 'string') return limits;
  context.addIssue({ code: 'custom', message: limits });
  return z.NEVER;
});

const oldKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .pipe(z.array(z.string().min(16)));

const environmentSchema = z.object({
  PORT: withDefault(z.coerce.number().int().min(0).max(65_535), 3000),
  HOST: withDefault(z.string(), '127.0.0.1'),
  DATA_DIR: withDefault(z.string(), './data'),
  DATABASE_URL: optional(url('postgres:', 'postgresql:')),
  REDIS_URL: optional(url('redis:', 'rediss:')),
  PUBLIC_URL: optional(httpUrl),
  INTERNAL_URL: optional(httpUrl),
  TRUSTED_PROXIES: withDefault(z.string().max(1_000), 'loopback'),
  APP_SECRET: optional(z.string().min(16)),
  ENCRYPTION_KEY: optional(z.string().min(16)),
  /** Keys that tokens may still be encrypted with, separated by commas. */
  ENCRYPTION_KEY_OLD: optional(oldKeys),
  META_APP_ID: optional(z.string()),
  META_APP_SECRET: optional(z.string()),
  META_VERIFY_TOKEN: optional(z.string()),
  /** Of the Instagram login; Meta gives it an id and a secret of its own. Not set: those of the app. */
  INSTAGRAM_APP_ID: optional(z.string()),
  INSTAGRAM_APP_SECRET: optional(z.string()),
  INSTAGRAM_LOGIN_URL: withDefault(httpUrl, 'https://www.instagram.com'),
  INSTAGRAM_TOKEN_URL: withDefault(httpUrl, 'https://api.instagram.com'),
  FACEBOOK_LOGIN_URL: withDefault(httpUrl, 'https://www.facebook.com/v24.0'),
  FACEBOOK_GRAPH_URL: withDefault(httpUrl, 'https://graph.facebook.com/v24.0'),
  INSTAGRAM_GRAPH_URL: withDefault(httpUrl, 'https://graph.instagram.com/v24.0'),
  /** Not set: the defaults of server/instagram/rate-limits.ts. */
  INSTAGRAM_RATE_LIMITS: z.preprocess((given) => given ?? '', rateLimits),
  OPENAI_API_KEY: optional(z.string()),
  OPENAI_BASE_URL: optional(httpUrl),
  ANTHROPIC_API_KEY: optional(z.string()),
  ANTHROPIC_BASE_URL: optional(httpUrl),
  GOOGLE_API_KEY: optional(z.string()),
  GOOGLE_BASE_URL: optional(httpUrl),
  OPENROUTER_API_KEY: optional(z.string()),
  OPENROUTER_BASE_URL: optional(httpUrl),
  OLLAMA_BASE_URL: optional(httpUrl),
  /** Any other server that speaks OpenAI's protocol; many need no key. */
  COMPATIBLE_BASE_URL: optional(httpUrl),
  COMPATIBLE_API_KEY: optional(z.string()),
  PINECONE_API_KEY: optional(z.string()),
  PINECONE_INDEX: optional(z.string()),
  PINECONE_CONTROLLER_HOST: optional(httpUrl),
  QDRANT_URL: optional(httpUrl),
  QDRANT_API_KEY: optional(z.string()),
  KNOWLEDGE_STORE: optional(z.enum(['pgvector', 'scan', 'pinecone', 'qdrant'])),
  KNOWLEDGE_EMBEDDINGS: optional(
    z.string().refine((text) => text === 'none' || parseEmbeddingModel(text) !== null, {
      message: 'must be none, openai:<model>, google:<model> or ollama:<model>, with @<dimension> if wanted',
    }),
  ),
  ROLE: withDefault(z.enum(['all', 'server', 'worker']), 'all'),
  WORKER_CONCURRENCY: withDefault(z.coerce.number().int().min(1).max(1_000), 250),
  CUSTOM_NODES_DIR: optional(z.string()),
  METRICS_TOKEN: optional(z.string().min(16)),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(httpUrl),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optional(httpUrl),
  OTEL_EXPORTER_OTLP_HEADERS: optional(z.string()),
  OTEL_SERVICE_NAME: optional(z.string()),
  OTEL_RESOURCE_ATTRIBUTES: optional(z.string()),
  OTEL_TRACES_SAMPLER: optional(
    z.enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ]),
  ),
  OTEL_TRACES_SAMPLER_ARG: optional(z.coerce.number().min(0).max(1)),
  OTEL_SDK_DISABLED: optional(z.enum(['true', 'false'])),
  KILL_AT: optional(z.string().regex(KILL_AT)),
  LOG_LEVEL: withDefault(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), 'info'),
});

/** Every variable that is read; `.env.example` explains each. */
export const VARIABLES = Object.keys(environmentSchema.shape);

/** The environment as the process uses it (DESIGN 5). Secrets that may be generated come from server/secrets.ts. */
export type Config = z.output<typeof environmentSchema> & {
  /** `embedded` without DATABASE_URL, `server` with it, `scaled` with REDIS_URL too. */
  shape: 'embedded' | 'server' | 'scaled';
};

/** A variable is wrong or missing; the message is one line for the terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads and checks the configuration.
 * @param environment usually `process.env`
 * @throws ConfigError naming every wrong variable, never its value
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`Bad configuration: ${reasons.join('; ')}. See .env.example.`);
  }
  const config = parsed.data;
  if (config.REDIS_URL && !config.DATABASE_URL) {
    throw new ConfigError(
      'REDIS_URL is set but DATABASE_URL is not: the queue on Redis needs a PostgreSQL server.',
    );
  }
  if (config.ROLE !== 'all' && !config.DATABASE_URL) {
    throw new ConfigError(
      `ROLE=${config.ROLE} needs DATABASE_URL: the embedded database serves one process.`,
    );
  }
  const shape = config.REDIS_URL ? 'scaled' : config.DATABASE_URL ? 'server' : 'embedded';
  return { ...config, DATA_DIR: resolve(config.DATA_DIR), shape };
}

/** Loads `.env` of the working folder into `process.env` where it exists; set variables win. */
export function loadDotEnv(path = '.env'): void {
  if (existsSync(path)) process.loadEnvFile(path);
}
