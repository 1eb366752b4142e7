import { useId } from 'react';
import { toast } from 'sonner';
import type { AiBudget } from '../../../server/contract/ai.ts';
import { errorText, fieldErrors } from '../../api/client.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { useSaveAiSettings } from './ai-queries.ts';
import { SaveBar } from './save-bar.tsx';
import { Section } from './section.tsx';
import { useAiText } from './texts.ts';
import { useDraft } from './use-draft.ts';

const WHEN_USED_UP = ['builtin', 'hold', 'stop'] as const;
const MOST_USD = 100_000;

/** What a day may cost, and what happens once that is spent. */
export function BudgetForm({ budget }: { budget: AiBudget }) {
  const t = useAiText();
  const name = useId();
  const isReadOnly = useReadOnlyReason('admin') !== undefined;
  const { value, isDirty, change, discard } = useDraft(budget);
  const save = useSaveAiSettings(() => {
    discard();
    toast.success(t('saved'));
  });
  const edit = (next: AiBudget) => {
    change(next);
    if (save.isError) save.reset();
  };
  const isAmount = value.dailyUsd >= 0 && value.dailyUsd <= MOST_USD;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isAmount || !isDirty || save.isPending) return;
        save.mutate({ budget: value }, { onError: (error) => toast.error(errorText(error)) });
      }}
    >
      <Section title={t('budget.title')} text={t('budget.text')}>
        <Field
          title={t('budget.daily')}
          help={t('budget.dailyHelp')}
          error={isAmount ? fieldErrors(save.error)['budget.dailyUsd'] : t('budget.needAmount')}
        >
          {(control) => (
            <span className="flex items-center gap-2">
              <Input
                {...control}
                type="number"
                inputMode="decimal"
                min={0}
                max={MOST_USD}
                step="any"
                className="w-32"
                readOnly={isReadOnly}
                value={Number.isNaN(value.dailyUsd) ? '' : value.dailyUsd}
                onChange={(event) => edit({ ...value, dailyUsd: event.target.valueAsNumber })}
              />
              {t('usd')}
            </span>
          )}
        </Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">{t('budget.whenUsedUp')}</legend>
          {WHEN_USED_UP.map((choice) => (
            <label key={choice} className="flex items-start gap-2.5">
              <input
                type="radio"
                name={name}
                className="mt-0.5 size-4 shrink-0 accent-primary"
                disabled={isReadOnly}
                checked={value.whenUsedUp === choice}
                onChange={() => edit({ ...value, whenUsedUp: choice })}
              />
              <span>
                {t(`budget.${choice}`)}
                <span className="block text-xs text-muted-foreground">{t(`budget.${choice}.text`)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </Section>
      <SaveBar isDirty={isDirty} isBusy={save.isPending} onDiscard={discard} />
    </form>
  );
}
