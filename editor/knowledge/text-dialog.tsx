import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KnowledgeDocument } from '../../server/contract/shapes.ts';
import { api, fieldErrors } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { FormError } from '../setup/form-error.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Textarea } from '../ui/textarea.tsx';

export type TextDialogProps = { baseId: string; open: boolean; onOpenChange(open: boolean): void };

/** Adds a document from text that is typed or pasted. */
export function TextDialog({ baseId, open, onOpenChange }: TextDialogProps) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const add = useMutation({
    mutationFn: () =>
      api.post<KnowledgeDocument>(`/api/v1/knowledge-bases/${baseId}/documents`, { title, text }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.knowledgeBases });
      setTitle('');
      setText('');
      onOpenChange(false);
    },
  });
  const errors = fieldErrors(add.error);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('paste')}
      description={t('paste.text')}
      className="max-w-2xl"
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field title={t('documentTitle')} error={errors.title}>
          {(control) => (
            <Input
              {...control}
              value={title}
              required
              maxLength={300}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Field title={t('documentText')} error={errors.text}>
          {(control) => (
            <Textarea
              {...control}
              value={text}
              required
              maxLength={2_000_000}
              className="max-h-[40vh] min-h-40"
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <FormError error={add.error} />
        <Button type="submit" variant="primary" className="self-end" isBusy={add.isPending}>
          {t('add')}
        </Button>
      </form>
    </Dialog>
  );
}
