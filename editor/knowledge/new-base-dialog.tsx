import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { KnowledgeBase } from '../../server/contract/shapes.ts';
import { api, fieldErrors } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { FormError } from '../setup/form-error.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Textarea } from '../ui/textarea.tsx';

/** Makes a knowledge base and opens it. */
export function NewBaseDialog({ open, onOpenChange }: { open: boolean; onOpenChange(open: boolean): void }) {
  const { t } = useTranslation('knowledge');
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const create = useMutation({
    mutationFn: () =>
      api.post<KnowledgeBase>('/api/v1/knowledge-bases', { name, ...(description && { description }) }),
    onSuccess: async (base) => {
      await client.invalidateQueries({ queryKey: keys.knowledgeBases });
      setName('');
      setDescription('');
      onOpenChange(false);
      void navigate(`/knowledge/${base.id}`);
    },
  });
  const errors = fieldErrors(create.error);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('new')} description={t('new.text')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field title={t('name')} error={errors.name}>
          {(control) => (
            <Input
              {...control}
              value={name}
              required
              maxLength={120}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field title={t('about')} error={errors.description}>
          {(control) => (
            <Textarea
              {...control}
              value={description}
              maxLength={2_000}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <FormError error={create.error} />
        <Button type="submit" variant="primary" className="self-end" isBusy={create.isPending}>
          {t('create')}
        </Button>
      </form>
    </Dialog>
  );
}
