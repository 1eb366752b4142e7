import type { AiModels, AiProviderName } from '../../../server/contract/ai.ts';
import { splitModel } from './providers.ts';

/** What a provider offers, as far as it is known. */
export type ModelList = { provider: AiProviderName; models: AiModels['items'] };

export type ModelOption = {
  /** As it is stored: `openai:gpt-5-mini`. */
  value: string;
  id: string;
  name: string | null;
};

export type ModelGroup = {
  provider: AiProviderName;
  options: ModelOption[];
  /** How many fit and are not among the options. */
  left: number;
};

/** More than these nobody reads; typing narrows them. */
const SHOWN_PER_PROVIDER = 40;

/** The models that fit what was typed, by provider: every word must stand in the id or the name, in any case. */
export function modelGroups(lists: readonly ModelList[], search: string): ModelGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return lists.map(({ provider, models }) => {
    const fitting = models.filter(({ id, name }) => {
      const text = `${provider}:${id} ${name ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return {
      provider,
      options: fitting
        .slice(0, SHOWN_PER_PROVIDER)
        .map(({ id, name }) => ({ value: `${provider}:${id}`, id, name })),
      left: Math.max(0, fitting.length - SHOWN_PER_PROVIDER),
    };
  });
}

/**
 * The model that was typed in full and is in no list: providers don't list all that they have.
 * @param only the one provider that is asked about; then its name may be left out
 */
export function typedModel(
  lists: readonly ModelList[],
  search: string,
  only?: AiProviderName,
): string | undefined {
  const typed = search.trim();
  if (typed === '' || /\s/.test(typed)) return undefined;
  const value = only && splitModel(typed)?.[0] !== only ? `${only}:${typed}` : typed;
  const [provider, model] = splitModel(value) ?? [];
  if (!provider || !model) return undefined;
  const isListed = lists.some(
    (list) => list.provider === provider && list.models.some(({ id }) => id === model),
  );
  return isListed ? undefined : value;
}
