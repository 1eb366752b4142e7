import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileText, TextCursorInput, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import type { KnowledgeBase, KnowledgeDocument } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys, useDocuments } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { PassageSearch } from './passage-search.tsx';
import { TextDialog } from './text-dialog.tsx';
import { UploadButton } from './upload-button.tsx';

/** One knowledge base: what a flow would find in it, and its documents. */
export function BaseView({ base }: { base: KnowledgeBase }) {
  const { t } = useTranslation('knowledge');
  const documents = useDocuments(base.id);
  const readOnlyReason = useReadOnlyReason();
  const [isWriting, setIsWriting] = useState(false);
  const buttons = (
    <>
      <UploadButton baseId={base.id} readOnlyReason={readOnlyReason} />
      <Button disabledReason={readOnlyReason} onClick={() => setIsWriting(true)}>
        <TextCursorInput aria-hidden />
        {t('paste')}
      </Button>
    </>
  );
  return (
    <section aria-label={base.name} className="flex min-w-0 flex-col gap-4">
      <PassageSearch baseId={base.id} />
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="min-w-0 flex-1 truncate font-medium">{t('documentsOf', { name: base.name })}</h2>
        {buttons}
        <DeleteBase base={base} readOnlyReason={readOnlyReason} />
      </div>
      {base.description && <p className="-mt-2 text-muted-foreground">{base.description}</p>}
      {documents.isPending && <SkeletonList rows={3} />}
      {documents.error && <ErrorState error={documents.error} onRetry={() => documents.refetch()} />}
      {documents.items?.length === 0 && (
        <EmptyState icon={FileText} title={t('noDocuments.title')} action={buttons}>
          {t('noDocuments.text')}
        </EmptyState>
      )}
      {documents.items && documents.items.length > 0 && (
        <ul className={cn(cardStyle, 'divide-y divide-border')}>
          {documents.items.map((document) => (
            <DocumentRow
              key={document.id}
              baseId={base.id}
              document={document}
              readOnlyReason={readOnlyReason}
            />
          ))}
        </ul>
      )}
      <LoadMore {...documents} />
      <TextDialog baseId={base.id} open={isWriting} onOpenChange={setIsWriting} />
    </section>
  );
}

type DocumentRowProps = { baseId: string; document: KnowledgeDocument; readOnlyReason: string | undefined };

function DocumentRow({ baseId, document, readOnlyReason }: DocumentRowProps) {
  const { t, i18n } = useTranslation('knowledge');
  const client = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/v1/knowledge-bases/${baseId}/documents/${document.id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.knowledgeBases }),
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => setIsAsking(false),
  });
  const kilobytes = (document.sizeBytes / 1_024).toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <FileText className="size-4 shrink-0 text-category-knowledge" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{document.title}</p>
        <p className="text-xs text-muted-foreground">
          {t('passages', { count: document.chunkCount })} · {kilobytes} KB
        </p>
      </div>
      <RelativeTime at={document.createdAt} className="text-xs text-muted-foreground max-sm:hidden" />
      <IconButton
        label={t('deleteDocument', { title: document.title })}
        disabledReason={readOnlyReason}
        onClick={() => setIsAsking(true)}
      >
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('deleteDocument', { title: document.title })}
        description={t('deleteDocument.text')}
        confirmLabel={t('delete')}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}

function DeleteBase({ base, readOnlyReason }: { base: KnowledgeBase; readOnlyReason: string | undefined }) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isAsking, setIsAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.delete(`/api/v1/knowledge-bases/${base.id}`),
    onSuccess: () => {
      void navigate('/knowledge');
      return client.invalidateQueries({ queryKey: keys.knowledgeBases });
    },
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => setIsAsking(false),
  });
  return (
    <>
      <IconButton
        label={t('deleteBase', { name: base.name })}
        disabledReason={readOnlyReason}
        onClick={() => setIsAsking(true)}
      >
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={t('deleteBase', { name: base.name })}
        description={t('deleteBase.text', { count: base.documentCount })}
        confirmLabel={t('delete')}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
