/** Secrets of the process; from the environment, or generated once into DATA_DIR in the embedded shape. */
export type Secrets = {
  /** Signs sessions (APP_SECRET). */
  appSecret: string;
  /** Encrypts access tokens at rest (ENCRYPTION_KEY). */
  encryptionKey: string;
  /** `hub.verify_token` of Meta's handshake (META_VERIFY_TOKEN). */
  verifyToken: string;
  /** Secrets that may have signed a webhook: META_APP_SECRET where set, and the sandbox's own. */
  webhookSecrets: string[];
  /** Signs the webhooks of the sandbox: the first of `webhookSecrets` when META_APP_SECRET is not set. */
  sandboxAppSecret: string;
};
