import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { CommentSpike } from '../../server/contract/accounts.ts';
import { api, errorText, fieldErrors } from '../api/client.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { accountKeys, useCommentSpike } from './account-queries.ts';

/** From how many comments in an hour people are told. */
export function CommentSpikeForm() {
  const spike = useCommentSpike();
  return spike.data ? <SpikeForm key={spike.data.commentsPerHour} saved={spike.data} /> : null;
}

function SpikeForm({ saved }: { saved: CommentSpike }) {
  const { t } = useTranslation('accounts');
  const { t: ui } = useTranslation('ui');
  const client = useQueryClient();
  const readOnlyReason = useReadOnlyReason('admin');
  const [text, setText] = useState(saved.commentsPerHour === null ? '' : String(saved.commentsPerHour));
  const save = useMutation({
    mutationFn: () =>
      api.put<CommentSpike>('/api/v1/settings/comment-spike', {
        commentsPerHour: text.trim() === '' ? null : Number(text),
      }),
    onSuccess: (stored) => {
      client.setQueryData(accountKeys.commentSpike, stored);
      toast.success(t('spike.saved'));
    },
    onError: (error) => toast.error(errorText(error)),
  });
  return (
    <Card className="p-4">
      <form
        noValidate
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (readOnlyReason === undefined) save.mutate();
        }}
      >
        <Field
          title={t('spike.title')}
          help={t('spike.help')}
          error={fieldErrors(save.error).commentsPerHour}
          className="min-w-56 flex-1"
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              inputMode="numeric"
              className="max-w-32"
              readOnly={readOnlyReason !== undefined}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" isBusy={save.isPending} disabledReason={readOnlyReason}>
          {ui('save')}
        </Button>
      </form>
    </Card>
  );
}
