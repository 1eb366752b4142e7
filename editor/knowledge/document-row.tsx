import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileText, Globe, MessageCircleQuestionMark, RefreshCw, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { KnowledgeDocument } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { IconButton } from '../ui/button.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { DocumentState } from './document-state.tsx';

export type DocumentRowProps = {
  baseId: string;
  document: KnowledgeDocument;
  readOnlyReason: string | undefined;
};

/** One document: what it is, how far it is, and what can be done with it. */
export function DocumentRow({ baseId, document, readOnlyReason }: DocumentRowProps) {
  const { t, i18n } = useTranslation('knowledge');
  const { title, chunkCount, embeddedCount, pageCount, sizeBytes } = document;
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  const facts = [
    pageCount !== null && t('pages', { count: pageCount }),
    t('passages', { count: chunkCount }),
    sizeBytes > 0 && `${number(sizeBytes / 1_024)} KB`,
    document.status === 'ready' && t(embeddedCount > 0 ? 'found.byMeaning' : 'found.byWords'),
  ].filter(Boolean);
  return (
    <li className="flex items-start gap-3 px-3 py-2">
      <SourceIcon source={document.source} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{title}</p>
        {document.url && (
          <a
            href={document.url}
            target="_blank"
            rel="noreferrer noopener"
            className="block truncate text-xs text-muted-foreground underline"
          >
            {document.url}
          </a>
        )}
        <p className="text-xs text-muted-foreground">{facts.join(' · ')}</p>
        <DocumentState document={document} />
      </div>
      <RelativeTime at={document.createdAt} className="mt-1 text-xs text-muted-foreground max-sm:hidden" />
      <Actions baseId={baseId} document={document} readOnlyReason={readOnlyReason} />
    </li>
  );
}

function SourceIcon({ source }: { source: KnowledgeDocument['source'] }) {
  const Icon = source === 'url' ? Globe : source === 'faq' ? MessageCircleQuestionMark : FileText;
  return <Icon className="mt-1 size-4 shrink-0 text-category-knowledge" aria-hidden />;
}

function Actions({ baseId, document, readOnlyReason }: DocumentRowProps) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const { title, status } = document;
  const path = `/api/v1/knowledge-bases/${baseId}/documents/${document.id}`;
  const stale = () => client.invalidateQueries({ queryKey: keys.knowledgeBases });
  const onError = (error: unknown) => toast.error(errorText(error));
  const again = useMutation({
    mutationFn: (what: 'retry' | 'refresh') => api.post<KnowledgeDocument>(`${path}/${what}`),
    onSuccess: stale,
    onError,
  });
  const remove = useMutation({
    mutationFn: () => api.delete(path),
    onSuccess: stale,
    onError,
    onSettled: () => setIsAsking(false),
  });
  return (
    <div className="flex">
      {status === 'failed' && (
        <IconButton
          label={t('retry', { title })}
          disabledReason={readOnlyReason}
          onClick={() => again.mutate('retry')}
        >
          <RotateCcw aria-hidden />
        </IconButton>
      )}
      {document.url && status === 'ready' && (
        <IconButton
          label={t('refresh', { title })}
          disabledReason={readOnlyReason}
          onClick={() => again.mutate('refresh')}
        >
          <RefreshCw aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={t('deleteDocument', { title })}
        disabledReason={readOnlyReason}
        onClick={() => setIsAsking(true)}
      >
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('deleteDocument', { title })}
        description={t('deleteDocument.text')}
        confirmLabel={t('delete')}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </div>
  );
}
