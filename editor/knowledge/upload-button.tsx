import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { KnowledgeDocument } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';

export type UploadButtonProps = { baseId: string; readOnlyReason: string | undefined };

/** Adds documents from files, one after the other; tells of each that was refused. */
export function UploadButton({ baseId, readOnlyReason }: UploadButtonProps) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const upload = useMutation({
    mutationFn: async (files: readonly File[]) => {
      let count = 0;
      for (const file of files) {
        const form = new FormData();
        form.append('file', file);
        try {
          await api.post<KnowledgeDocument>(`/api/v1/knowledge-bases/${baseId}/documents`, form);
          count += 1;
        } catch (error) {
          toast.error(t('upload.failed', { name: file.name }), { description: errorText(error) });
        }
      }
      return count;
    },
    onSuccess: (count) => {
      if (count > 0) toast.success(t('upload.done', { count }));
      return client.invalidateQueries({ queryKey: keys.knowledgeBases });
    },
  });
  return (
    <>
      <Button
        isBusy={upload.isPending}
        disabledReason={readOnlyReason}
        onClick={() => input.current?.click()}
      >
        {!upload.isPending && <FileUp aria-hidden />}
        {t('upload')}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept=".txt,.md,.html,.htm,.csv"
        aria-label={t('upload.choose')}
        className="hidden"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) upload.mutate(files);
          event.target.value = '';
        }}
      />
    </>
  );
}
