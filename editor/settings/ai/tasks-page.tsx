import { RotateCcw } from 'lucide-react';
import { useId } from 'react';
import { toast } from 'sonner';
import type { AiProviderName, AiSettings } from '../../../server/contract/ai.ts';
import { errorText, fieldErrors } from '../../api/client.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { Button } from '../../ui/button.tsx';
import { cardStyle } from '../../ui/card.tsx';
import { cn } from '../../ui/cn.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonList } from '../../ui/skeleton.tsx';
import { useAiConnections, useAiSettings, useSaveAiSettings } from './ai-queries.ts';
import type { RouterDraft } from './router-draft.ts';
import { defaultRoute, draftOf, isDefault, isTokenCount, TASKS, toStored } from './router-draft.ts';
import { SaveBar } from './save-bar.tsx';
import { TaskRow } from './task-row.tsx';
import { useAiText } from './texts.ts';
import { useDraft } from './use-draft.ts';
import { useProviderLabel } from './use-provider-label.ts';

/** Which model is asked for which kind of work. */
export function TasksPage() {
  const settings = useAiSettings();
  const connections = useAiConnections();
  const error = settings.error ?? connections.error;
  if (settings.data && connections.data) {
    const usable = connections.data.filter(({ source }) => source !== null).map(({ provider }) => provider);
    return <TasksForm router={settings.data.router} providers={usable} />;
  }
  if (!error) return <SkeletonList rows={8} />;
  const retry = () => void Promise.all([settings.refetch(), connections.refetch()]);
  return <ErrorState error={error} onRetry={retry} />;
}

type TasksFormProps = { router: AiSettings['router']; providers: readonly AiProviderName[] };

function TasksForm({ router, providers }: TasksFormProps) {
  const t = useAiText();
  const listId = useId();
  const readOnlyReason = useReadOnlyReason('admin');
  const { value, isDirty, change, discard } = useDraft<RouterDraft>(draftOf(router));
  const save = useSaveAiSettings(() => {
    discard();
    toast.success(t('saved'));
  });
  const edit = (next: RouterDraft) => {
    change(next);
    if (save.isError) save.reset();
  };
  const errors = fieldErrors(save.error);
  const isValid = TASKS.every((task) => isTokenCount(value.tasks[task].maxTokens));
  const isAllDefault = TASKS.every((task) => isDefault(router, task, value.tasks[task]));
  const resetAll = () =>
    edit({
      provider: value.provider,
      tasks: Object.fromEntries(
        TASKS.map((task) => [task, defaultRoute(router, task)]),
      ) as RouterDraft['tasks'],
    });
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isValid || !isDirty || save.isPending) return;
        save.mutate(
          { router: toStored(router, value) },
          // Errors of fields stand at the fields.
          {
            onError: (error) => Object.keys(fieldErrors(error)).length === 0 && toast.error(errorText(error)),
          },
        );
      }}
    >
      <p className="text-muted-foreground">{t('tasks.text')}</p>
      <UsualProvider
        value={value.provider}
        providers={providers}
        error={errors['router.provider']}
        onChange={(provider) => edit({ ...value, provider })}
      />
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id={listId} className="font-medium">
          {t('tasks.title')}
        </h2>
        <Button
          size="sm"
          variant="ghost"
          disabled={isAllDefault && readOnlyReason === undefined}
          disabledReason={readOnlyReason}
          onClick={resetAll}
        >
          <RotateCcw aria-hidden />
          {t('tasks.resetAll')}
        </Button>
      </div>
      <ul aria-labelledby={listId} className={cn(cardStyle, 'divide-y divide-border')}>
        {TASKS.map((task) => (
          <TaskRow
            key={task}
            task={task}
            route={value.tasks[task]}
            now={router.tasks[task]}
            providers={providers}
            isDefault={isDefault(router, task, value.tasks[task])}
            isChanged={isDirty}
            errors={{
              model: errors[`router.tasks.${task}.model`],
              maxTokens: isTokenCount(value.tasks[task].maxTokens)
                ? errors[`router.tasks.${task}.maxTokens`]
                : t('tasks.needTokens'),
              fallback: errors[`router.tasks.${task}.fallback`],
            }}
            onChange={(route) => edit({ ...value, tasks: { ...value.tasks, [task]: route } })}
            onReset={() => edit({ ...value, tasks: { ...value.tasks, [task]: defaultRoute(router, task) } })}
          />
        ))}
      </ul>
      <p className="text-xs text-muted-foreground">{t('tasks.thinking')}</p>
      <SaveBar isDirty={isDirty} isBusy={save.isPending} onDiscard={discard} />
    </form>
  );
}

const AUTOMATIC = 'automatic';

type UsualProviderProps = {
  value: AiProviderName | null;
  providers: readonly AiProviderName[];
  error: string | undefined;
  onChange(provider: AiProviderName | null): void;
};

/** Who is asked where neither step nor task names a model. */
function UsualProvider({ value, providers, error, onChange }: UsualProviderProps) {
  const t = useAiText();
  const labelOf = useProviderLabel();
  const readOnlyReason = useReadOnlyReason('admin');
  // What is chosen stays in the list when its key is gone.
  const offered = [...new Set([...providers, ...(value ? [value] : [])])];
  return (
    <Field title={t('usualProvider')} help={t('usualProvider.help')} error={error}>
      {(control) => (
        <Select
          {...control}
          className="max-w-80"
          value={value ?? AUTOMATIC}
          disabled={readOnlyReason !== undefined}
          options={[
            { value: AUTOMATIC, label: t('usualProvider.automatic') },
            ...offered.map((provider) => ({ value: provider, label: labelOf(provider) })),
          ]}
          onValueChange={(next) => onChange(offered.find((provider) => provider === next) ?? null)}
        />
      )}
    </Field>
  );
}
