import { useTranslation } from 'react-i18next';
import { registerTexts } from '../../app/translation.ts';
import { english } from './texts.en.ts';

registerTexts('ai', { en: english, de: () => import('./texts.de.ts').then(({ german }) => german) });

/** Texts of the pages of AI, in the language of the person. */
export function useAiText() {
  return useTranslation('ai').t;
}
