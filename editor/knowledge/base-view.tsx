import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileText, Globe, MessageCircleQuestionMark, TextCursorInput, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import type { KnowledgeBase } from '../../server/contract/shapes.ts';
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
import { SkeletonList } from '../ui/skeleton.tsx';
import type { DocumentKind } from './add-document-dialog.tsx';
import { AddDocumentDialog } from './add-document-dialog.tsx';
import { DocumentRow } from './document-row.tsx';
import { DropZone } from './drop-zone.tsx';
import { PassageSearch } from './passage-search.tsx';
import { UploadButton } from './upload-button.tsx';
import { useDocumentProgress } from './use-document-progress.ts';
import { useUpload } from './use-upload.ts';

const WAYS = [
  { kind: 'text', icon: TextCursorInput, label: 'paste' },
  { kind: 'page', icon: Globe, label: 'page' },
  { kind: 'pair', icon: MessageCircleQuestionMark, label: 'pair' },
] as const;

/** One knowledge base: what a flow would find in it, and its documents. */
export function BaseView({ base }: { base: KnowledgeBase }) {
  const { t } = useTranslation('knowledge');
  const documents = useDocuments(base.id);
  const readOnlyReason = useReadOnlyReason();
  const upload = useUpload(base.id);
  const [adding, setAdding] = useState<DocumentKind | null>(null);
  useDocumentProgress(base.id);
  const buttons = (
    <>
      <UploadButton isBusy={upload.isPending} readOnlyReason={readOnlyReason} onFiles={upload.mutate} />
      {WAYS.map(({ kind, icon: Icon, label }) => (
        <Button key={kind} disabledReason={readOnlyReason} onClick={() => setAdding(kind)}>
          <Icon aria-hidden />
          {t(label)}
        </Button>
      ))}
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
      <DropZone onFiles={readOnlyReason === undefined ? upload.mutate : null}>
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
      </DropZone>
      {adding && <AddDocumentDialog baseId={base.id} kind={adding} onClose={() => setAdding(null)} />}
    </section>
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
