import type { AiProviderName } from '../../../server/contract/ai.ts';
import { PROVIDER_LOOKS } from './providers.ts';
import { useAiText } from './texts.ts';

/** How a provider is called. */
export function useProviderLabel(): (provider: AiProviderName) => string {
  const t = useAiText();
  return (provider) => PROVIDER_LOOKS[provider].label ?? t(`provider.${provider}`);
}
