import { BookOpen, Info, MessageCircle, Send, Tag, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { TriggerEvent } from '../../engine/event.ts';
import { Badge } from '../ui/badge.tsx';
import { JsonTree } from '../ui/json-tree.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { readFacts } from './known-facts.ts';

/** The person's name as the inbox shows it. */
export function personOf({ from }: TriggerEvent, unknown: string): string {
  return from?.username ? `@${from.username}` : (from?.name ?? unknown);
}

/** What the person wrote. */
export const messageOf = (event: TriggerEvent, context: Record<string, unknown>): string =>
  event.comment?.text ?? event.message?.text ?? readFacts(context).message ?? '';

/** Who wrote, by which way, in which flow. */
export function PersonLine({
  event,
  flowName,
  executionId,
}: {
  event: TriggerEvent;
  flowName: string;
  executionId: string;
}) {
  const { t } = useTranslation('inbox');
  const isMessage = event.message !== undefined;
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-muted-foreground">
      {isMessage ? (
        <Send className="size-3.5" aria-hidden />
      ) : (
        <MessageCircle className="size-3.5" aria-hidden />
      )}
      <span>{t(isMessage ? 'byMessage' : 'byComment')}</span>
      <RelativeTime at={event.at} />
      <Link
        to={`/executions/${executionId}`}
        className="rounded-sm underline underline-offset-2 hover:text-foreground"
      >
        {flowName}
      </Link>
    </p>
  );
}

/** What the flow knows: intent with confidence, what it found, notes. */
export function FactList({ context }: { context: Record<string, unknown> }) {
  const { t, i18n } = useTranslation('inbox');
  const facts = readFacts(context);
  const percent = (share: number) =>
    new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
  return (
    <div className="flex flex-col gap-1.5">
      {facts.note && (
        <p className="flex items-start gap-1.5">
          <Info className="mt-0.5 size-4 shrink-0 text-category-ai" aria-hidden />
          {facts.note}
        </p>
      )}
      <div className="flex flex-wrap gap-1.5">
        {facts.intent && (
          <Badge tone="accent" title={t('intent')}>
            <Tag aria-hidden />
            {facts.intent}
            {facts.confidence !== undefined && <span>{percent(facts.confidence)}</span>}
          </Badge>
        )}
        {facts.sources.map((source) => (
          <Badge key={source} title={t('source')}>
            <BookOpen aria-hidden />
            <span className="truncate">{source}</span>
          </Badge>
        ))}
        {facts.grounded === false && (
          <Badge tone="warning">
            <TriangleAlert aria-hidden />
            {t('notGrounded')}
          </Badge>
        )}
      </div>
      {Object.keys(facts.rest).length > 0 && (
        <details className="text-xs">
          <summary className="text-muted-foreground">{t('more')}</summary>
          <JsonTree value={facts.rest} openLevels={1} />
        </details>
      )}
    </div>
  );
}
