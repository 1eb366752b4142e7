import { CircleAlert, RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { AiProviderName, AiSettings, TaskRoute } from '../../../server/contract/ai.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { IconButton } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { ModelPicker } from './model-picker.tsx';
import { countText } from './money.ts';
import type { AiTask } from './router-draft.ts';
import { LEAST_TOKENS, MOST_TOKENS } from './router-draft.ts';
import { useAiText } from './texts.ts';

type TaskRowProps = {
  task: AiTask;
  route: TaskRoute;
  /** As it is saved: who answers now. */
  now: AiSettings['router']['tasks'][AiTask];
  providers: readonly AiProviderName[];
  isDefault: boolean;
  /** Something on the page is not saved: who answers may be about to change. */
  isChanged: boolean;
  errors: Record<keyof TaskRoute, string | undefined>;
  onChange(route: TaskRoute): void;
  onReset(): void;
};

/** One kind of work: its model, the most tokens of an answer, and who is asked when the model fails. */
export function TaskRow(props: TaskRowProps) {
  const { task, route, now, providers, isDefault, isChanged, errors, onChange, onReset } = props;
  const t = useAiText();
  const readOnlyReason = useReadOnlyReason('admin');
  const isReadOnly = readOnlyReason !== undefined;
  const name = t(`task.${task}`);
  return (
    <li className="flex flex-col gap-3 p-4">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h3 className="font-medium">{name}</h3>
          <p className="text-muted-foreground">{t(`task.${task}.text`)}</p>
        </div>
        {!isDefault && (
          <IconButton
            label={t('tasks.reset', { name })}
            disabledReason={readOnlyReason}
            onClick={onReset}
            className="-mt-1 -mr-1.5"
          >
            <RotateCcw aria-hidden />
          </IconButton>
        )}
      </div>
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3 max-sm:*:first:col-span-2 sm:grid-cols-[minmax(0,1fr)_7rem_minmax(0,1fr)]">
        <Cell title={t('tasks.model')} error={errors.model}>
          {(describedBy) => (
            <ModelPicker
              label={t('tasks.modelOf', { name })}
              value={route.model}
              onChange={(model) => onChange({ ...route, model })}
              providers={providers}
              automatic={t('automatic')}
              offersBuiltin
              offersUsual
              disabled={isReadOnly}
              isInvalid={errors.model !== undefined}
              describedBy={describedBy}
            />
          )}
        </Cell>
        <Cell title={t('tasks.maxTokens')} error={errors.maxTokens}>
          {(describedBy) => (
            <Input
              aria-label={t('tasks.maxTokensOf', { name })}
              aria-describedby={describedBy}
              aria-invalid={errors.maxTokens !== undefined || undefined}
              type="number"
              inputMode="numeric"
              min={LEAST_TOKENS}
              max={MOST_TOKENS}
              readOnly={isReadOnly}
              value={Number.isNaN(route.maxTokens) ? '' : route.maxTokens}
              onChange={(event) => onChange({ ...route, maxTokens: event.target.valueAsNumber })}
            />
          )}
        </Cell>
        <Cell title={t('tasks.fallback')} error={errors.fallback}>
          {(describedBy) => (
            <ModelPicker
              label={t('tasks.fallbackOf', { name })}
              value={route.fallback}
              onChange={(fallback) => onChange({ ...route, fallback })}
              providers={providers}
              automatic={t('noFallback')}
              offersUsual
              disabled={isReadOnly}
              isInvalid={errors.fallback !== undefined}
              describedBy={describedBy}
            />
          )}
        </Cell>
      </div>
      <Now now={now} isChanged={isChanged} />
    </li>
  );
}

type CellProps = {
  title: string;
  error: string | undefined;
  children: (describedBy: string | undefined) => ReactNode;
};

/** A control under its column's name; the control names itself, with its task. */
function Cell({ title, error, children }: CellProps) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span aria-hidden className="text-xs text-muted-foreground">
        {title}
      </span>
      {children(error === undefined ? undefined : id)}
      {error !== undefined && (
        <p id={id} className="flex items-start gap-1 text-xs text-destructive">
          <CircleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
          {error}
        </p>
      )}
    </div>
  );
}

function Now({ now, isChanged }: Pick<TaskRowProps, 'now' | 'isChanged'>) {
  const t = useAiText();
  const { i18n } = useTranslation();
  if (isChanged) return null;
  if (now.problem !== null) {
    return (
      <p className="flex items-start gap-1.5 text-destructive">
        <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
        {now.problem}
      </p>
    );
  }
  return (
    <p className="text-xs text-muted-foreground">
      {now.answeredBy === 'builtin' ? t('now.builtin') : t('now.model', { model: now.answeredBy })}
      {now.thinkingTokens > 0 &&
        ` ${t('now.thinks', { tokens: countText(now.thinkingTokens, i18n.language) })}`}
    </p>
  );
}
