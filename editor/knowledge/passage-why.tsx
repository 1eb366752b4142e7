import { useTranslation } from 'react-i18next';
import type { PassageWhy } from '../../server/contract/knowledge.ts';

/** Why a passage was found, in a line: the words that it has, and how near its meaning is. */
export function PassageWhyLine({ why }: { why: PassageWhy | undefined }) {
  const { t, i18n } = useTranslation('knowledge');
  if (!why) return null;
  const percent = (value: number) =>
    value.toLocaleString(i18n.language, { style: 'percent', maximumFractionDigits: 0 });
  const reasons = [
    why.words && why.words.matched.length > 0 && t('why.matched', { words: why.words.matched.join(', ') }),
    why.words && why.words.related.length > 0 && t('why.related', { words: why.words.related.join(', ') }),
    why.meaning && t('why.meaning', { similarity: percent(why.meaning.similarity), rank: why.meaning.rank }),
  ].filter(Boolean);
  return <p className="mt-1.5 text-xs text-muted-foreground">{reasons.join(' · ')}</p>;
}
