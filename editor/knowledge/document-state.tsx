import { CircleAlert, Clock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { KnowledgeDocument } from '../../server/contract/shapes.ts';

/** How far a document is: waiting, a bar while it is read and embedded, or why it failed. */
export function DocumentState({ document }: { document: KnowledgeDocument }) {
  const { t } = useTranslation('knowledge');
  const { status, error, title } = document;
  if (status === 'ready') return null;
  if (status === 'failed') {
    return (
      <p className="mt-1 flex items-start gap-1.5 text-xs text-destructive" role="status">
        <CircleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        <span>{error?.message ?? t('state.failed')}</span>
      </p>
    );
  }
  const { done, all } = progressOf(document);
  const label = status === 'queued' ? t('state.queued') : t(`state.${status}`, { done, all });
  return (
    <div className="mt-1 flex flex-col gap-1">
      <p className="flex items-center gap-1.5 text-xs text-muted-foreground" role="status">
        {status === 'queued' && <Clock className="size-3.5" aria-hidden />}
        {label}
      </p>
      {all > 0 && (
        <div
          role="progressbar"
          aria-label={t('state.progress', { title })}
          aria-valuemin={0}
          aria-valuemax={all}
          aria-valuenow={done}
          className="h-1.5 overflow-hidden rounded-full bg-muted"
        >
          <div
            className="h-full rounded-full bg-primary transition-[width] duration-150 motion-reduce:transition-none"
            style={{ width: `${Math.round((done / all) * 100)}%` }}
          />
        </div>
      )}
      {error && <p className="text-xs text-state-waiting">{t('state.again', { reason: error.message })}</p>}
    </div>
  );
}

/** Pages while it is read, passages while it is embedded; `all` 0: nobody knows how many there are. */
function progressOf({ status, pagesRead, pageCount, embeddedCount, chunkCount }: KnowledgeDocument) {
  if (status === 'reading') return { done: pagesRead ?? 0, all: pageCount ?? 0 };
  if (status === 'embedding') return { done: Math.min(embeddedCount, chunkCount), all: chunkCount };
  return { done: 0, all: 0 };
}
