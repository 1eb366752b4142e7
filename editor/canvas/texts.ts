import { useTranslation } from 'react-i18next';
import { registerTexts } from '../app/translation.ts';
import { english } from './texts.en.ts';

registerTexts('canvas', { en: english, de: () => import('./texts.de.ts').then(({ german }) => german) });

/** Texts of canvas, inspector, palette and run view, in the language of the person. */
export function useCanvasText() {
  return useTranslation('canvas').t;
}
