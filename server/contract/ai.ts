import { z } from 'zod';

/** The shapes of AI in the HTTP API: models by task, keys, budget, prices and what was used. */

export const aiTaskSchema = z.enum([
  'classify',
  'short_reply',
  'caption',
  'plan',
  'report',
  'client_comms',
  'crisis',
]);
export const aiProviderSchema = z.enum([
  'openai',
  'anthropic',
  'google',
  'openrouter',
  'ollama',
  'compatible',
]);
export type AiProviderName = z.output<typeof aiProviderSchema>;

const providers = aiProviderSchema.options.join('|');
const modelName = z
  .string()
  .trim()
  .max(200)
  .regex(
    new RegExp(`^(builtin|(${providers})(:\\S+)?)$`),
    'A model is written provider:model (openai:gpt-5-mini), as a provider alone, or builtin.',
  );
const pricedModel = z
  .string()
  .trim()
  .max(200)
  .regex(new RegExp(`^(${providers}):\\S+$`), 'A price is for one model: openai:gpt-5-mini.');

/** What one task is given. */
export const taskRouteSchema = z.strictObject({
  /** Null: the usual model of the first provider that has a key. */
  model: modelName.nullable(),
  /** Most tokens of an answer; models that think get more on top. */
  maxTokens: z.int().min(16).max(32_000),
  /** Asked when the model fails; null: none. */
  fallback: modelName.refine((name) => name !== 'builtin', 'The fallback is another model.').nullable(),
});
export type TaskRoute = z.output<typeof taskRouteSchema>;

export const aiRouterSchema = z.strictObject({
  /** Asked first for tasks that name no model; null: the first that has a key. */
  provider: aiProviderSchema.nullable(),
  /** Tasks that are left out have their defaults. */
  tasks: z.partialRecord(aiTaskSchema, taskRouteSchema),
});
export type AiRouterSettings = z.output<typeof aiRouterSchema>;

export const aiBudgetSchema = z.strictObject({
  /** In a day (UTC). */
  dailyUsd: z.number().min(0).max(100_000),
  /** `builtin`: the built-in provider answers; `hold`: a person decides; `stop`: the step fails. */
  whenUsedUp: z.enum(['builtin', 'hold', 'stop']),
});
export type AiBudget = z.output<typeof aiBudgetSchema>;

/** US dollars for a million tokens. */
export const aiPriceSchema = z.strictObject({
  inputUsd: z.number().min(0).max(10_000),
  outputUsd: z.number().min(0).max(10_000),
});
export type AiPrice = z.output<typeof aiPriceSchema>;
export const aiPricesSchema = z
  .record(pricedModel, aiPriceSchema)
  .refine((prices) => Object.keys(prices).length <= 500, 'At most 500 prices.');
export type AiPrices = z.output<typeof aiPricesSchema>;

/** What is named is replaced as a whole. */
export const aiSettingsUpdateSchema = z.strictObject({
  router: aiRouterSchema.optional(),
  budget: aiBudgetSchema.optional(),
  prices: aiPricesSchema.optional(),
});
export type AiSettingsUpdate = z.output<typeof aiSettingsUpdateSchema>;

export const aiSettingsSchema = z.object({
  router: z.object({
    provider: aiProviderSchema.nullable(),
    tasks: z.record(
      aiTaskSchema,
      taskRouteSchema.extend({
        /** Who answers as things stand: `provider:model` or `builtin`; null where the model that is named can't be used. */
        answeredBy: z.string().nullable(),
        /** Why it can't be used. */
        problem: z.string().nullable(),
        /** Given on top of `maxTokens` because the model thinks before it answers. */
        thinkingTokens: z.int(),
        /** What a task that the settings leave out has. */
        defaultMaxTokens: z.int(),
      }),
    ),
  }),
  budget: aiBudgetSchema,
  prices: z.object({
    /** The workspace's own. */
    own: aiPricesSchema,
    /** What counts where the workspace has no price of its own. */
    defaults: aiPricesSchema,
    /** When the defaults were looked up, and where. */
    asOf: z.string(),
    source: z.string(),
    /** Counted for models whose price nobody knows: rather too much than too little. */
    unknownModel: aiPriceSchema,
  }),
});
export type AiSettings = z.output<typeof aiSettingsSchema>;

/** Keys go in, never out. */
export const aiConnectionRequestSchema = z.strictObject({
  /** Left out: the one that is stored stays, unless the address changes. */
  apiKey: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^[\x21-\x7e]+$/, 'A key has no spaces and no letters beyond ASCII.')
    .optional(),
  /** Address of the provider's API; null: its usual one. */
  baseUrl: z.string().trim().max(500).nullable().default(null),
});
export type AiConnectionRequest = z.output<typeof aiConnectionRequestSchema>;

export const aiConnectionSchema = z.object({
  provider: aiProviderSchema,
  /** Whose key is used; null: there is none. */
  source: z.enum(['workspace', 'environment']).nullable(),
  /** The workspace's own key is stored. */
  hasKey: z.boolean(),
  /** False: the stored key can't be decrypted and has to be entered again. */
  isKeyReadable: z.boolean(),
  /** The environment has what the provider needs; it is used where the workspace has nothing of its own. */
  hasEnvironment: z.boolean(),
  /** The workspace's own address. */
  baseUrl: z.string().nullable(),
  updatedAt: z.iso.datetime().nullable(),
});
export type AiConnection = z.output<typeof aiConnectionSchema>;
export const aiConnectionsSchema = z.object({ items: z.array(aiConnectionSchema) });

export const aiTestRequestSchema = z.strictObject({
  /** Without the provider; left out: the provider's usual one. */
  model: z.string().trim().min(1).max(200).optional(),
});
export const aiTestSchema = z.object({
  isGood: z.boolean(),
  model: z.string(),
  latencyMs: z.int(),
  problem: z
    .object({
      /** What is wrong: the key, the model's name, the network, the provider's quota, or something else. */
      about: z.enum(['key', 'model', 'network', 'quota', 'provider', 'other']),
      code: z.string(),
      message: z.string(),
    })
    .nullable(),
});
export type AiTest = z.output<typeof aiTestSchema>;

export const aiModelsQuerySchema = z.object({
  /** Left out: the one that is asked where no model is named. */
  provider: aiProviderSchema.optional(),
});
export const aiModelsSchema = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
  /** There are more than are listed. */
  isCapped: z.boolean(),
});
export type AiModels = z.output<typeof aiModelsSchema>;

const used = {
  requests: z.int(),
  errors: z.int(),
  cacheHits: z.int(),
  tokensIn: z.int(),
  tokensOut: z.int(),
  costUsd: z.number(),
};
export const aiUsageQuerySchema = z.object({ days: z.coerce.number().int().min(1).max(30).default(7) });
export const aiUsageSchema = z.object({
  today: z.object({
    day: z.string(),
    spentUsd: z.number(),
    /** What calls under way may still cost. */
    reservedUsd: z.number(),
    dailyUsd: z.number(),
    whenUsedUp: aiBudgetSchema.shape.whenUsedUp,
  }),
  cache: z.object({
    hits: z.int(),
    /** Answers in all, cached or from a model. */
    answers: z.int(),
    /** Hits among them, 0 to 1; null without any answer. */
    hitRate: z.number().nullable(),
  }),
  byDay: z.array(z.object({ day: z.string(), ...used })),
  byTask: z.array(z.object({ task: z.string(), ...used })),
  /** `isPriceKnown` false: counted with the cautious price of unknown models. */
  byModel: z.array(z.object({ model: z.string(), isPriceKnown: z.boolean(), ...used })),
});
export type AiUsage = z.output<typeof aiUsageSchema>;
