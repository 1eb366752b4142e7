import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { Retention, RetentionCounts, RetentionSettings } from '../../server/contract/shapes.ts';
import { api, errorText, fieldErrors } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { ConfirmDialog } from '../ui/alert-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';

type Name = keyof RetentionSettings;

const NAMES: readonly Name[] = [
  'executionsDays',
  'failedExecutionsDays',
  'eventsDays',
  'messagesDays',
  'auditDays',
];

/** What each field is about to remove. */
const REMOVES: Record<Name, readonly (keyof RetentionCounts)[]> = {
  executionsDays: ['executions'],
  failedExecutionsDays: ['failedExecutions'],
  eventsDays: ['events'],
  messagesDays: ['messages', 'comments', 'sandboxItems'],
  auditDays: ['auditEntries'],
};

/** The server counts no further. */
const COUNTED = 10_000;

/** The days that things are kept, with what that would remove; saving asks before it removes more than before. */
export function RetentionForm({ retention }: { retention: Retention }) {
  const { t } = useTranslation('settings');
  const { t: ui } = useTranslation('ui');
  const client = useQueryClient();
  const [draft, setDraft] = useState(retention.settings);
  /** Rows that saving would remove, while that is asked; null when nothing is asked. */
  const [asked, setAsked] = useState<number | null>(null);
  const changed = NAMES.filter((name) => draft[name] !== retention.settings[name]);
  const stricter = changed.filter(
    (name) => (draft[name] ?? Infinity) < (retention.settings[name] ?? Infinity),
  );
  const isComplete = NAMES.every((name) => !Number.isNaN(draft[name]));
  const preview = usePreview(useDeferredValue(draft), retention);
  const save = useMutation({
    mutationFn: () => api.put<Retention>('/api/v1/settings/retention', draft),
    onSuccess: (saved) => {
      client.setQueryData(keys.retention, saved);
      toast.success(t('data.saved'));
    },
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => setAsked(null),
  });
  const ask = useMutation({
    mutationFn: () => previewOf(draft),
    onSuccess: (counts) => {
      const removed = rowsOf(counts, stricter);
      if (removed > 0) setAsked(removed);
      else save.mutate();
    },
    onError: (error) => toast.error(errorText(error)),
  });
  const errors = { ...fieldErrors(preview.error), ...fieldErrors(ask.error), ...fieldErrors(save.error) };
  return (
    <Card className="p-4">
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isComplete) ask.mutate();
        }}
      >
        {NAMES.map((name) => (
          <KeptField
            key={name}
            name={name}
            days={draft[name]}
            fallback={retention.settings[name] ?? 365}
            removed={preview.counts ? rowsOf(preview.counts, [name]) : undefined}
            error={Number.isNaN(draft[name]) ? t('data.needNumber') : errors[name]}
            onChange={(days) => setDraft({ ...draft, [name]: days })}
          />
        ))}
        <div className="flex justify-end gap-2">
          {changed.length > 0 && (
            <Button variant="ghost" onClick={() => setDraft(retention.settings)}>
              {t('data.reset')}
            </Button>
          )}
          <Button
            type="submit"
            variant="primary"
            disabled={changed.length === 0}
            isBusy={ask.isPending || save.isPending}
          >
            {ui('save')}
          </Button>
        </div>
      </form>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(isOpen) => !isOpen && setAsked(null)}
        title={t('data.ask')}
        description={t((asked ?? 0) < COUNTED ? 'data.askText' : 'data.askTextMany', { count: asked ?? 0 })}
        confirmLabel={t('data.askConfirm')}
        isBusy={save.isPending}
        onConfirm={() => save.mutate()}
      />
    </Card>
  );
}

type KeptFieldProps = {
  name: Name;
  days: number | null;
  /** What comes back when it is no longer kept for ever. */
  fallback: number;
  removed: number | undefined;
  error: string | undefined;
  onChange(days: number | null): void;
};

function KeptField({ name, days, fallback, removed, error, onChange }: KeptFieldProps) {
  const { t } = useTranslation('settings');
  const title = t(`data.${name}`);
  return (
    <Field
      title={title}
      help={
        <>
          {t(`data.${name}Help`)} {days !== null && removed !== undefined && <Removes count={removed} />}
        </>
      }
      error={error}
    >
      {(control) => (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="flex items-center gap-2">
            <Input
              {...control}
              type="number"
              inputMode="numeric"
              min={3}
              max={3_650}
              className="w-24"
              disabled={days === null}
              value={days === null || Number.isNaN(days) ? '' : days}
              onChange={(event) => onChange(event.target.valueAsNumber)}
            />
            {t('data.days')}
          </span>
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-primary"
              aria-label={t('data.foreverNamed', { name: title })}
              checked={days === null}
              onChange={(event) => onChange(event.target.checked ? null : fallback)}
            />
            {t('data.forever')}
          </label>
        </div>
      )}
    </Field>
  );
}

function Removes({ count }: { count: number }) {
  const { t } = useTranslation('settings');
  if (count === 0) return t('data.removesNothing');
  return (
    <strong className="font-medium text-state-waiting">
      {t(count < COUNTED ? 'data.removes' : 'data.removesMany', { count })}
    </strong>
  );
}

/** What the settings would remove; of those that are saved the server has said so already. */
function usePreview(settings: RetentionSettings, retention: Retention) {
  const isSaved = NAMES.every((name) => settings[name] === retention.settings[name]);
  const isComplete = NAMES.every((name) => !Number.isNaN(settings[name]));
  const preview = useQuery({
    queryKey: [...keys.retention, 'preview', settings],
    queryFn: ({ signal }) => previewOf(settings, signal),
    enabled: !isSaved && isComplete,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return { counts: isSaved ? retention.preview : preview.data, error: isSaved ? null : preview.error };
}

const previewOf = (settings: RetentionSettings, signal?: AbortSignal) =>
  api.post<RetentionCounts>('/api/v1/settings/retention/preview', settings, signal && { signal });

function rowsOf(counts: RetentionCounts, names: readonly Name[]): number {
  return names.flatMap((name) => REMOVES[name]).reduce((sum, kind) => sum + counts[kind], 0);
}
