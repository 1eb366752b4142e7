import type { AiEnvironment } from '../../server/ai/providers.ts';
import type { Config } from '../../server/config.ts';
import type { Progress } from './progress.ts';

/** Keys and addresses of the environment; a `Config` fits. */
export type EvaluationConfig = AiEnvironment & Partial<Pick<Config, 'KNOWLEDGE_EMBEDDINGS'>>;

/** What every part of the evaluation works with. */
export type Evaluation = {
  /** `builtin`, or `provider:model`, or a provider for its usual model. */
  model: string;
  config: EvaluationConfig;
  progress: Progress;
  /** One line for a row that was judged wrong; null where nobody asked for it. */
  onMiss: ((line: string) => void) | null;
  signal: AbortSignal;
};

/** Models are asked a few rows at once, as each takes a second; the built-in provider has one processor. */
export const widthFor = (model: string): number => (model === 'builtin' ? 1 : 4);
