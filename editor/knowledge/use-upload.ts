import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { KnowledgeDocument } from '../../server/contract/shapes.ts';
import { api, errorText } from '../api/client.ts';
import { keys } from '../api/queries.ts';

/** Kinds of files that the server reads. */
export const ACCEPTED_FILES = '.pdf,.docx,.html,.htm,.md,.txt,.csv';

/** Adds documents from files, one after the other; tells of each that was refused. */
export function useUpload(baseId: string) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  return useMutation({
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
}
