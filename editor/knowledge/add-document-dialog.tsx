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

/** What can be added without a file. */
export type DocumentKind = 'text' | 'page' | 'pair';

type FieldSpec = { name: string; title: string; maxLength: number; type?: 'url'; isLong?: boolean };

const FIELDS = {
  text: [
    { name: 'title', title: 'documentTitle', maxLength: 300 },
    { name: 'text', title: 'documentText', maxLength: 2_000_000, isLong: true },
  ],
  page: [{ name: 'url', title: 'page.address', maxLength: 2_000, type: 'url' }],
  pair: [
    { name: 'question', title: 'pair.question', maxLength: 500 },
    { name: 'answer', title: 'pair.answer', maxLength: 4_000, isLong: true },
  ],
} satisfies Record<DocumentKind, FieldSpec[]>;
const HEADINGS = {
  text: ['paste', 'paste.text'],
  page: ['page', 'page.text'],
  pair: ['pair', 'pair.text'],
} as const;

export type AddDocumentDialogProps = { baseId: string; kind: DocumentKind; onClose(): void };

/** Adds a document from text that is typed or pasted, from a page of the web, or a question with its answer. */
export function AddDocumentDialog({ baseId, kind, onClose }: AddDocumentDialogProps) {
  const { t } = useTranslation('knowledge');
  const client = useQueryClient();
  const [values, setValues] = useState<Record<string, string>>({});
  const add = useMutation({
    mutationFn: () => api.post<KnowledgeDocument>(`/api/v1/knowledge-bases/${baseId}/documents`, values),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.knowledgeBases });
      onClose();
    },
  });
  const errors = fieldErrors(add.error);
  const [heading, description] = HEADINGS[kind];
  const fields: FieldSpec[] = FIELDS[kind];
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={t(heading)}
      description={t(description)}
      {...(kind !== 'page' && { className: 'max-w-2xl' })}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        {fields.map(({ name, title, maxLength, type, isLong }) => (
          <Field key={name} title={t(title)} error={errors[name]}>
            {(control) => {
              const common = {
                ...control,
                value: values[name] ?? '',
                required: true,
                maxLength,
                onChange: (event: { target: { value: string } }) =>
                  setValues({ ...values, [name]: event.target.value }),
              };
              return isLong ? (
                <Textarea {...common} className="max-h-[40vh] min-h-40" />
              ) : (
                <Input {...common} {...(type && { type, placeholder: 'https://' })} />
              );
            }}
          </Field>
        ))}
        <FormError error={add.error} />
        <Button type="submit" variant="primary" className="self-end" isBusy={add.isPending}>
          {t('add')}
        </Button>
      </form>
    </Dialog>
  );
}
